package compute

// Revision is raised when a kernel, or what is built of kernels, gives other last bits on the same tier. What runs keep is
// keyed by tier and revision, so that results of two arithmetics are never mixed. The fingerprints in this package's tests
// notice a change of the kernels themselves.
const Revision = 3
