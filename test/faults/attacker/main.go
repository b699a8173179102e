// The attacker of the fault tests: holds, opens, trickles and pipelines connections as it is told, against loopback
// only. It reads a plan, as JSON, from its standard input, prints `{"ready":true}` once each connection was opened once,
// and ends when it is through, when the plan's time is over, or when its input ends, whichever comes first: with a line
// of JSON that counts what happened.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// What to do. A connection comes from the next of From, in turns, and says the next of Scripts.
type plan struct {
	Port int
	From []string
	// "none": plain TCP. "half": a ClientHello, and nothing after it. "full": a handshake.
	TLS string
	// How many are held at once, and how many are opened a second once they are.
	Connections int
	PerSecond   float64
	// Whether one that has ended is replaced.
	Again   bool
	Seconds float64
	Scripts [][]step
	// Afterwards: "hold" it until the other side closes it, "close" it, or "repeat" the script.
	Then string
}

// Something to write, or to wait for.
type step struct {
	// Waits so long first.
	AfterMs int
	// Written so many times (0: once): at once, or with pauses.
	Text    string
	Times   int
	EveryMs int
	// Or in pieces of so many bytes, each a record of TLS.
	Piece int
	// Then waits for an answer.
	Answer bool
	// Then waits until so many connections have come this far.
	Meet int
}

const (
	mostConnections = 16_000
	mostPerSecond   = 1000
	mostSeconds     = 3600
	// So many at the same time: where the machine is the bottleneck, the attack waits for it.
	mostOpening = 20
)

func main() {
	input := bufio.NewReader(os.Stdin)
	p, err := readPlan(input)
	if err != nil {
		fmt.Fprintln(os.Stderr, "attacker:", err)
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.Seconds*float64(time.Second)))
	go func() {
		io.Copy(io.Discard, input)
		cancel()
	}()
	output := json.NewEncoder(os.Stdout)
	a := attack{plan: p, hello: clientHello(), meeting: newMeeting(), report: newReport()}
	a.opening = make(chan struct{}, mostOpening)
	a.run(ctx, func() { output.Encode(map[string]bool{"ready": true}) })
	output.Encode(a.report.result())
}

func readPlan(input io.Reader) (p plan, err error) {
	decoder := json.NewDecoder(input)
	decoder.DisallowUnknownFields()
	if err = decoder.Decode(&p); err != nil {
		return p, err
	}
	within := p.Connections > 0 && p.Connections <= mostConnections && p.Seconds > 0 && p.Seconds <= mostSeconds &&
		p.PerSecond > 0 && p.PerSecond <= mostPerSecond
	if !within || p.Port == 0 || len(p.From) == 0 || len(p.Scripts) == 0 {
		return p, errors.New("the plan lacks a bound, an address or a script")
	}
	return p, nil
}

type attack struct {
	plan
	hello   []byte
	meeting *meeting
	report  *report
	opening chan struct{}
}

func (a *attack) run(ctx context.Context, onReady func()) {
	turns := startTurns(ctx, a.PerSecond)
	var all, first sync.WaitGroup
	for number := range a.Connections {
		all.Add(1)
		first.Add(1)
		go func() {
			defer all.Done()
			onOpen := sync.OnceFunc(first.Done)
			defer onOpen()
			connection{a, number}.run(ctx, onOpen)
			for a.Again {
				first.Wait()
				if !take(ctx, turns) {
					return
				}
				connection{a, number}.run(ctx, onOpen)
			}
		}()
	}
	first.Wait()
	onReady()
	all.Wait()
}
