package faces

import (
	"testing"

	"rewriting/worlds/worldtest/networks"
)

func TestTheNetworksReachTheirFigures(t *testing.T) {
	networks.Check(t, world, networks.Want{
		PSNR: 32, Region: []string{"lips", "mouth inside", "teeth"}, RegionL1: 0.06,
		Renders: 0.95, Images: 0.95, Segmented: 0.97,
		Golden: "testdata/generated.npy",
	})
}
