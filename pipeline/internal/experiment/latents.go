package experiment

import (
	"rewriting/compute"
	"rewriting/gan"
	"rewriting/gan/latent"
)

// latentOf is the latent [1,LatentDim] of a sample: that of its seed, or the row of the session's table with its number.
func (e *Experiment) latentOf(seed uint32) *compute.Tensor {
	if e.Config.Latents.Table {
		return e.Table.Item(int(seed))
	}
	return latent.Seed(seed, e.Generator.Info().LatentDim)
}

// position is the sample's in the batch that it is drawn with.
func (e *Experiment) position(seed uint32) int { return int(seed) % e.Config.Latents.Batch }

// cleanImage draws a sample with the unedited generator.
func (e *Experiment) cleanImage(seed uint32) (*compute.Tensor, error) {
	return gan.At(e.Generator, e.position(seed)).Image(e.latentOf(seed))
}
