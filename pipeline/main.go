package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// gcPercent is how much garbage may gather, in percent of what is alive, before it is collected. Nearly all of it is arrays without
// pointers, so collecting early costs little, and it keeps the peak near what is alive: training a network of 1024 pixels
// holds gigabytes.
const gcPercent = 15

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
