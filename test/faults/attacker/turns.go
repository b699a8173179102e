package main

import (
	"context"
	"time"
)

// A turn that was late, or not taken, is made up for within this time.
const makeUp = 20 * time.Millisecond

// Turns to open a connection: so many a second.
func startTurns(ctx context.Context, perSecond float64) <-chan struct{} {
	turns := make(chan struct{})
	go func() {
		for due := time.Now(); ; due = due.Add(time.Duration(float64(time.Second) / perSecond)) {
			if earliest := time.Now().Add(-makeUp); due.Before(earliest) {
				due = earliest
			}
			// A shorter sleep would take a millisecond all the same.
			if ahead := time.Until(due); ahead > time.Millisecond {
				time.Sleep(ahead)
			}
			select {
			case turns <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return turns
}

// Waits for one, and says whether there is time left for it.
func take(ctx context.Context, turns <-chan struct{}) bool {
	select {
	case <-turns:
		return true
	case <-ctx.Done():
		return false
	}
}
