// Prometheus as a program that answers: its reading of rule files, its rules and its queries, on series that are given.
//
// It reads one JSON value from stdin: the path of a rule file, those of objects of the Prometheus operator, and cases, each with series in the notation of promtool's
// tests ("load 1m" and a line a series), a time in seconds, and queries. It writes one JSON value: what is wrong with
// the files, and for each case the alerts that fire then, and what each query finds. What it cannot read ends it with code 2.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"sigs.k8s.io/yaml"
)

type question struct {
	Rules   string   `json:"rules"`
	Objects []string `json:"objects"`
	Cases   []struct {
		Load    string   `json:"load"`
		At      int64    `json:"at"`
		Queries []string `json:"queries"`
	} `json:"cases"`
}

type answer struct {
	Mistakes []string     `json:"mistakes"`
	Cases    []caseAnswer `json:"cases"`
}

type caseAnswer struct {
	Alerts  []alert  `json:"alerts"`
	Results []result `json:"results"`
}

type alert struct {
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type result struct {
	Samples []sample `json:"samples"`
	Error   string   `json:"error,omitempty"`
}

type sample struct {
	Labels map[string]string `json:"labels"`
	Value  string            `json:"value"`
}

const interval = 30 * time.Second

var syntax = parser.NewParser(parser.Options{})

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	_, problems := rulefmt.ParseFile(asked.Rules, false, model.UTF8Validation, syntax, promslog.NewNopLogger())
	found := answer{Mistakes: []string{}, Cases: []caseAnswer{}}
	for _, problem := range problems {
		found.Mistakes = append(found.Mistakes, problem.Error())
	}
	for _, path := range asked.Objects {
		if err := readObject(path); err != nil {
			found.Mistakes = append(found.Mistakes, fmt.Sprintf("%s: %v", path, err))
		}
	}
	if len(problems) == 0 {
		for _, one := range asked.Cases {
			answered, err := try(asked.Rules, one.Load, time.Unix(one.At, 0).UTC(), one.Queries)
			if err != nil {
				fail(err)
			}
			found.Cases = append(found.Cases, answered)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "prometheus:", err)
	os.Exit(2)
}

// readObject reads one object as the operator's own types have it: a field that they lack is an error.
func readObject(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var meta monitoring.PrometheusRule
	if err := yaml.Unmarshal(text, &meta); err != nil {
		return err
	}
	switch meta.APIVersion + " " + meta.Kind {
	case "monitoring.coreos.com/v1 PrometheusRule":
		return yaml.UnmarshalStrict(text, &monitoring.PrometheusRule{})
	case "monitoring.coreos.com/v1 PodMonitor":
		return yaml.UnmarshalStrict(text, &monitoring.PodMonitor{})
	}
	return fmt.Errorf("neither a PrometheusRule nor a PodMonitor: %s %s", meta.APIVersion, meta.Kind)
}

// try evaluates the rules every 30 s from the first sample to the given time, and the queries then.
func try(file, load string, at time.Time, queries []string) (found caseAnswer, err error) {
	found = caseAnswer{Alerts: []alert{}, Results: []result{}}
	suite, err := promqltest.NewLazyLoader(load, promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true})
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, suite.Close()) }()
	suite.SubqueryInterval = interval
	query := rules.EngineQueryFunc(suite.QueryEngine(), suite.Storage())
	groups, err := groupsOf(file, query, suite)
	if err != nil {
		return found, err
	}
	ctx := context.Background()
	for now := time.Unix(0, 0).UTC(); !now.After(at); now = now.Add(interval) {
		suite.WithSamplesTill(now, func(problem error) { err = errors.Join(err, problem) })
		for _, group := range groups {
			group.Eval(ctx, now)
			for _, rule := range group.Rules() {
				err = errors.Join(err, rule.LastError())
			}
		}
	}
	for _, group := range groups {
		found.Alerts = append(found.Alerts, firing(group)...)
	}
	for _, text := range queries {
		vector, problem := query(ctx, text, at)
		found.Results = append(found.Results, resultOf(vector, problem))
	}
	return found, err
}

func groupsOf(file string, query rules.QueryFunc, suite *promqltest.LazyLoader) (map[string]*rules.Group, error) {
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  query,
		Appendable: suite.Storage(),
		Context:    context.Background(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     promslog.NewNopLogger(),
		Parser:     syntax,
	})
	groups, problems := manager.LoadGroups(interval, labels.EmptyLabels(), "", nil, false, file)
	for _, group := range groups {
		for _, rule := range group.Rules() {
			if alerting, is := rule.(*rules.AlertingRule); is {
				alerting.SetRestored(true)
			}
		}
	}
	return groups, errors.Join(problems...)
}

func firing(group *rules.Group) []alert {
	found := []alert{}
	for _, rule := range group.AlertingRules() {
		for _, active := range rule.ActiveAlerts() {
			if active.State == rules.StateFiring {
				found = append(found, alert{rule.Name(), active.Labels.Map(), active.Annotations.Map()})
			}
		}
	}
	return found
}

func resultOf(vector promql.Vector, problem error) result {
	found := result{Samples: []sample{}}
	if problem != nil {
		found.Error = problem.Error()
	}
	for _, one := range vector {
		found.Samples = append(found.Samples, sample{one.Metric.Map(), fmt.Sprint(one.F)})
	}
	return found
}
