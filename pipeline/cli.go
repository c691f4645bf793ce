package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"rewriting/compute"
	"rewriting/pipeline/internal/config"
	"rewriting/pipeline/internal/progress"
	"rewriting/pipeline/internal/stage"
	"rewriting/pipeline/internal/study"
)

// Exit codes, as the help tells them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3
	exitBusy    = 11
	exitStopped = 130
)

const about = `Experiments of "Rewriting a Deep Generative Model" (Bau et al., ECCV 2020).

Exit codes: 0 done; 1 failed; 2 usage or config; 3 finished, but some methods or samples failed, or a number is outside its threshold; 11 run directory busy; 130 stopped by the user.

Environment: REWRITING_TIER=portable|avx2|avx512|amx forces the kernels (the best of this processor by default); NO_COLOR turns colours off.`

type grammar struct {
	Set   []string `help:"Override a value of the config, such as samples.count=200, method.0.rank=3 or method.Ours.rank=3." placeholder:"KEY=VALUE" sep:"none"`
	Quiet bool     `short:"q" help:"No progress, warnings only."`
	JSON  bool     `name:"json" help:"The result as one JSON object on standard output, errors as one JSON object on standard error."`

	Run    runCommand    `cmd:"" group:"Experiments" help:"Run an experiment, or what is missing of it."`
	Plan   planCommand   `cmd:"" group:"Experiments" help:"Say what a run would do, and why."`
	Report reportCommand `cmd:"" group:"Experiments" help:"Write the report of a finished run again."`
	Plot   plotCommand   `cmd:"" group:"Experiments" help:"Draw the numbers of finished runs, as SVG and PNG."`
	Figure figureCommand `cmd:"" group:"Experiments" help:"Draw a figure of the paper from an experiment, as PNG and SVG with a caption."`
	Sheet  sheetCommand  `cmd:"" group:"Experiments" help:"Make contact sheets of an experiment, for counting by hand."`
	Fetch  fetchCommand  `cmd:"" group:"Experiments" help:"Download the published files that an experiment needs."`

	Merge mergeCommand `cmd:"" group:"Many machines" help:"Make the report from what the shards of a run have left."`
	Slurm slurmCommand `cmd:"" group:"Many machines" help:"Print a script that submits a run to Slurm as an array of shards with a dependent merge."`

	Status statusCommand `cmd:"" group:"Trust" help:"Say what is done, running, failed and left of a run."`
	Verify verifyCommand `cmd:"" group:"Trust" help:"Re-read all of a run, compute some chunks again, and say what is damaged."`
	Check  checkCommand  `cmd:"" group:"Trust" help:"Compare the numbers of a run with thresholds."`

	Sample sampleCommand `cmd:"" group:"Pieces" help:"Draw images of a generator."`
	Edit   editCommand   `cmd:"" group:"Pieces" help:"Edit a generator by one method of a config and save it as a checkpoint."`
	Score  scoreCommand  `cmd:"" group:"Pieces" help:"Compare folders of pictures that are already there, by any metric."`
	Onnx   onnxCommand   `cmd:"" group:"Pieces" help:"Work with ONNX networks."`

	Inspect inspectCommand `cmd:"" group:"Information" help:"Describe a checkpoint, network, session, run directory or world."`
	Methods methodsCommand `cmd:"" group:"Information" help:"List the methods that a config can name."`
	Metrics metricsCommand `cmd:"" group:"Information" help:"List the metrics that a config can name."`
	Version versionCommand `cmd:"" group:"Information" help:"Tell the versions of program and kernels."`
}

// command is what the parts of a command line share.
type command struct {
	ctx    context.Context
	out    io.Writer
	err    io.Writer
	set    []string
	json   bool
	quiet  bool
	resume string // how to continue after an interrupt
	log    *slog.Logger
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var g grammar
	exit := -1
	parser, err := kong.New(&g, kong.Name("pipeline"), kong.Description(about), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code; panic(exited{}) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic("pipeline: the grammar is broken: " + err.Error())
	}
	c := &command{ctx: ctx, out: stdout, err: stderr}
	parsed, err := parse(parser, args)
	if exit >= 0 {
		return exit // help was shown
	}
	c.json, c.quiet, c.set = g.JSON, g.Quiet, g.Set
	if err != nil {
		return c.fail(&usageError{err})
	}
	level := slog.LevelInfo
	if c.quiet {
		level = slog.LevelWarn
	}
	c.log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutTime}))
	if err := compute.TierError(); err != nil {
		return c.fail(&usageError{err})
	}
	return c.fail(c.execute(parsed))
}

// exited unwinds a parser that has shown its help.
type exited struct{}

func parse(parser *kong.Kong, args []string) (ctx *kong.Context, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(exited); !ok {
				panic(p)
			}
		}
	}()
	if len(args) > 0 && args[0] == "help" { // what many type first
		args = append(slices.Clone(args[1:]), "--help")
	}
	return parser.Parse(args)
}

// grace is how long a stopped command may take to put things away. Results are published in one step, so ending at any
// moment is safe.
const grace = 1500 * time.Millisecond

// execute runs the command and does not wait for it longer than grace after an interrupt.
func (c *command) execute(parsed *kong.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- parsed.Run(c) }()
	select {
	case err := <-ended:
		return err
	case <-c.ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(grace):
		return context.Canceled
	}
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func (u *usageError) Unwrap() error { return u.error }

// errPartial ends a run that finished with failures; they have been told.
var errPartial = errors.New("finished, but some methods or samples failed; the report names them")

// fail tells the error in one line (or one JSON object) and returns the exit code that belongs to it.
func (c *command) fail(err error) int {
	if err == nil {
		return exitDone
	}
	code, hint := exitFailed, ""
	var configError *config.Error
	var usage *usageError
	switch {
	case errors.As(err, &configError):
		code = exitUsage
	case errors.As(err, &usage):
		code, hint = exitUsage, " (pipeline --help)"
	case errors.Is(err, errPartial), errors.Is(err, errMoved):
		code = exitPartial
	case errors.Is(err, stage.ErrBusy):
		code = exitBusy
	case c.ctx.Err() != nil || errors.Is(err, context.Canceled):
		code = exitStopped
		err = errors.New("stopped")
		if c.resume != "" {
			hint = "; what is finished is kept; continue with: " + c.resume
		}
	}
	if c.json {
		line, _ := json.Marshal(map[string]any{"error": err.Error() + hint, "exit": code}) // strings and ints always marshal
		fmt.Fprintf(c.err, "%s\n", line)
		return code
	}
	fmt.Fprintf(c.err, "pipeline: %s%s\n", err, hint)
	return code
}

// progress is what a run shows on standard error: bars on a terminal, else nothing.
func (c *command) progress() study.Progress {
	if c.quiet || c.json || !progress.IsTerminal(c.err) {
		return nil
	}
	return progress.New(c.err)
}

// talk prints a line to standard error unless the user asked for quiet.
func (c *command) talk(format string, args ...any) {
	if !c.quiet && !c.json {
		fmt.Fprintf(c.err, format+"\n", args...)
	}
}

// object prints a value as JSON to standard output.
func (c *command) object(v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", " ")
	return e.Encode(v)
}

// colour reports whether standard output may be coloured: a terminal, and the user did not object (https://no-color.org).
func (c *command) colour() bool {
	return os.Getenv("NO_COLOR") == "" && progress.IsTerminal(c.out)
}
