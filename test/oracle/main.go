// The oracle of the differential test of image references: the parser that the kubelet and containerd use.
//
// It reads one JSON string a line from stdin and answers each with one JSON line, in order: {"error": ...} where
// the parser refuses the candidate, otherwise domain and path (normalized), familiarName, tag and digest (as
// written, empty where absent). JSON, so that a newline or a lone surrogate in a candidate stays one line.
// A line that is no JSON string is the caller's mistake, never a refused candidate: it ends the oracle with code 2.
package main

import (
	"bufio"
	// The parser accepts a digest only of an algorithm that is linked in; the kubelet links these two
	// (k8s.io/kubernetes/pkg/util/parsers).
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/distribution/reference"
)

type refusal struct {
	Error string `json:"error"`
}

type reading struct {
	Domain       string `json:"domain"`
	Path         string `json:"path"`
	FamiliarName string `json:"familiarName"`
	Tag          string `json:"tag"`
	Digest       string `json:"digest"`
}

// flushingReader flushes the answers before each read that may block, so that a caller who waits for the answers
// to what it has sent so far gets them all, whatever the sizes of its batch and of the pipe.
type flushingReader struct {
	source  io.Reader
	answers *bufio.Writer
}

func (reader flushingReader) Read(buffer []byte) (int, error) {
	if err := reader.answers.Flush(); err != nil {
		return 0, err
	}
	return reader.source.Read(buffer)
}

func answer(candidate string) any {
	named, err := reference.ParseNormalizedNamed(candidate)
	if err != nil {
		return refusal{Error: err.Error()}
	}
	result := reading{
		Domain:       reference.Domain(named),
		Path:         reference.Path(named),
		FamiliarName: reference.FamiliarName(named),
	}
	if tagged, ok := named.(reference.Tagged); ok {
		result.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		result.Digest = digested.Digest().String()
	}
	return result
}

func answerAll(source io.Reader, sink io.Writer) error {
	answers := bufio.NewWriterSize(sink, 1<<16)
	candidates := bufio.NewReaderSize(flushingReader{source, answers}, 1<<16)
	encoder := json.NewEncoder(answers)
	encoder.SetEscapeHTML(false)
	for number := 1; ; number++ {
		line, err := candidates.ReadBytes('\n')
		if len(line) > 0 {
			// A pointer, as null leaves a plain string empty without an error.
			var candidate *string
			if problem := json.Unmarshal(line, &candidate); problem != nil || candidate == nil {
				return fmt.Errorf("line %d is no JSON string: %q", number, line)
			}
			if problem := encoder.Encode(answer(*candidate)); problem != nil {
				return problem
			}
		}
		if errors.Is(err, io.EOF) {
			return answers.Flush()
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	if err := answerAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "reference-oracle:", err)
		os.Exit(2)
	}
}
