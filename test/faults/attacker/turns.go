package main

import (
	"context"
	"sync/atomic"
	"time"
)

// Turns to open a connection: so many a second.
type turns struct {
	next  chan struct{}
	pause atomic.Int64
}

// A turn that was late, or not taken, is made up for within this time.
const makeUp = 20 * time.Millisecond

func newTurns(ctx context.Context, perSecond float64) *turns {
	t := &turns{next: make(chan struct{})}
	t.setPace(perSecond)
	go func() {
		due := time.Now()
		for ctx.Err() == nil {
			select {
			case t.next <- struct{}{}:
			case <-ctx.Done():
			}
			due = due.Add(time.Duration(t.pause.Load()))
			if earliest := time.Now().Add(-makeUp); due.Before(earliest) {
				due = earliest
			}
			// A shorter sleep would take a millisecond all the same.
			if ahead := time.Until(due); ahead > time.Millisecond {
				time.Sleep(ahead)
			}
		}
	}()
	return t
}

func (t *turns) setPace(perSecond float64) {
	t.pause.Store(int64(float64(time.Second) / perSecond))
}

// Waits for one, and says whether there is time left for it.
func (t *turns) take(ctx context.Context) bool {
	select {
	case <-t.next:
		return true
	case <-ctx.Done():
		return false
	}
}
