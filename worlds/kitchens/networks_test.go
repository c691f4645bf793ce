package kitchens

import (
	"testing"

	"rewriting/worlds/worldtest/networks"
)

func TestTheNetworksReachTheirFigures(t *testing.T) {
	networks.Check(t, world, networks.Want{
		PSNR: 36, Region: []string{"reflection"}, RegionL1: 0.02,
		Renders: 0.95, Images: 0.95, Segmented: 0.98,
		Faint:  map[string]float64{"stool": 0.55}, // seats are drawn, legs hardly
		Golden: "testdata/generated.npy",
	})
}
