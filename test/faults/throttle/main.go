// throttle PID: gives a process a tenth of a CPU, by stopping it for 90 of every 100 ms. Unlike a quota of the kernel's
// that needs no rights. It ends with its standard input, or with the process, which then runs freely.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"
)

const (
	stopped = 90 * time.Millisecond
	runs    = 10 * time.Millisecond
)

func main() {
	if len(os.Args) != 2 {
		fail("usage: throttle PID")
	}
	pid, err := strconv.Atoi(os.Args[1])
	if err != nil || pid <= 1 {
		fail("no process ID: " + os.Args[1])
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	for {
		if syscall.Kill(pid, syscall.SIGSTOP) != nil {
			return // it is gone
		}
		pause(stopped, ended)
		if syscall.Kill(pid, syscall.SIGCONT) != nil || !pause(runs, ended) {
			return
		}
	}
}

// pause waits, and tells whether there is more to come.
func pause(length time.Duration, ended <-chan struct{}) bool {
	select {
	case <-time.After(length):
		return true
	case <-ended:
		return false
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "throttle: "+text)
	os.Exit(2)
}
