package main

import (
	"context"
	"sync"
	"time"
)

// Waits, and says whether there is time left after it.
func sleep(ctx context.Context, ms int) bool {
	if ms == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Where connections wait for each other.
type meeting struct {
	sync.Mutex
	there int
	full  chan struct{}
}

func newMeeting() *meeting {
	return &meeting{full: make(chan struct{})}
}

// Waits until so many are there, and says whether they are.
func (m *meeting) wait(ctx context.Context, size int) bool {
	m.Lock()
	m.there++
	full := m.full
	if m.there == size {
		close(full)
		m.there, m.full = 0, make(chan struct{})
	}
	m.Unlock()
	select {
	case <-full:
		return true
	case <-ctx.Done():
		m.leave(full)
		return false
	}
}

func (m *meeting) leave(full chan struct{}) {
	m.Lock()
	defer m.Unlock()
	if m.full == full {
		m.there--
	}
}
