package main

import (
	"context"
	"sync"
	"time"
)

// Counts what happens.
type report struct {
	sync.Mutex
	counts
}

type counts struct {
	Opened int `json:"opened"`
	// Could not be opened, in the time that there was.
	Failed int `json:"failed"`
	// The most that were open at once.
	Most         int `json:"most"`
	ClosedByPeer int `json:"closedByPeer"`
	// How long the one lived that lived longest.
	LongestMs int64       `json:"longestMs"`
	Answers   map[int]int `json:"answers"`
	open      int
}

func newReport() *report {
	return &report{counts: counts{Answers: map[int]int{}}}
}

func (r *report) opened() {
	r.Lock()
	defer r.Unlock()
	r.Opened++
	r.open++
	r.Most = max(r.Most, r.open)
}

func (r *report) failed(ctx context.Context) {
	r.Lock()
	defer r.Unlock()
	if ctx.Err() == nil {
		r.Failed++
	}
}

func (r *report) closed(byPeer bool, lived time.Duration) {
	r.Lock()
	defer r.Unlock()
	r.open--
	if byPeer {
		r.ClosedByPeer++
	}
	r.LongestMs = max(r.LongestMs, lived.Milliseconds())
}

func (r *report) answered(status int) {
	r.Lock()
	defer r.Unlock()
	r.Answers[status]++
}

func (r *report) result() counts {
	r.Lock()
	defer r.Unlock()
	return r.counts
}
