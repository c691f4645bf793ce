package rewrite

import (
	"testing"

	"rewriting/gan"
)

func toyGenerator(t *testing.T) gan.Generator { t.Skip("the network is not there"); return nil }
