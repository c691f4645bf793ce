package churches

import (
	"testing"

	"rewriting/worlds/worldtest/networks"
)

func TestTheNetworksReachTheirFigures(t *testing.T) {
	networks.Check(t, world, networks.Want{
		PSNR: 35, Region: []string{"dome"}, RegionL1: 0.05,
		Renders: 0.95, Images: 0.95, Segmented: 0.97,
		Golden: "testdata/generated.npy",
	})
}
