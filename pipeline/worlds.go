package main

// The worlds that configs can name: "world:churches", "world:faces/lpips".
import (
	_ "rewriting/worlds/churches"
	_ "rewriting/worlds/faces"
	_ "rewriting/worlds/kitchens"
)
