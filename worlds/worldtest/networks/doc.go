// Package networks measures what a world's shipped networks reach, from the
// shipped files alone, on latents that neither training nor any table uses.
//
//	func TestTheNetworksReachTheirFigures(t *testing.T) {
//		networks.Check(t, world, networks.Want{
//			PSNR: 32, Region: []string{"dome"}, RegionL1: 0.06,
//			Renders: 0.98, Images: 0.96, Segmented: 0.97, Golden: "testdata/generated.npy",
//		})
//	}
package networks
