//go:build linux && amd64

// Command emulate runs a program and carries out the AMX instructions that its processor does not know, so that the
// assembly for AMX can be tested anywhere. Everything else runs as it is. It knows what the kernels of this package use:
// configuring and releasing tiles, loads and stores, and products of bfloat16, as Intel's manual defines them; what
// the manual forbids ends the program. Built with the tag amxemulated, a program takes the processor to have AMX:
//
//	go build -o /tmp/emulate ./compute/internal/kernel/emulate
//	go test -tags amxemulated -exec /tmp/emulate ./compute/...
//
// Every instruction costs two changes of process, some microseconds. The exit code is the program's.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: emulate PROGRAM [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "emulate:", err)
	}
	os.Exit(code)
}

// run starts the program as the traced child of this thread and returns its exit code.
func run(args []string) (int, error) {
	runtime.LockOSThread() // only the thread that traces may ask
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 127, err
	}
	program := cmd.Process.Pid
	threads := map[int]*thread{}
	var status unix.WaitStatus
	if _, err := unix.Wait4(program, &status, 0, nil); err != nil {
		return 1, err
	}
	const follow = unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(program, follow); err != nil {
		return 1, err
	}
	if err := unix.PtraceCont(program, 0); err != nil {
		return 1, err
	}
	for {
		id, err := unix.Wait4(-1, &status, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 1, err
		case status.Exited() && id == program:
			return status.ExitStatus(), nil
		case status.Signaled() && id == program:
			return 128 + int(status.Signal()), nil
		case !status.Stopped():
			delete(threads, id)
			continue
		}
		signal := status.StopSignal()
		switch {
		case signal == unix.SIGTRAP, signal == unix.SIGSTOP: // a thread or process was born
			signal = 0
		case signal == unix.SIGILL:
			if threads[id] == nil {
				threads[id] = &thread{id: id}
			}
			known, err := threads[id].emulate()
			if err != nil {
				return 1, err
			}
			if known {
				signal = 0
			}
		}
		if err := unix.PtraceCont(id, int(signal)); err != nil && err != unix.ESRCH { // it may have been killed meanwhile
			return 1, err
		}
	}
}
