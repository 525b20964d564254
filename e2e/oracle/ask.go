package main

// Answers questions about texts, one a line: what Go's libraries, which Istio and Kubernetes read them with, make of them.

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/golang/protobuf/jsonpb"
	legacy "github.com/golang/protobuf/proto"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"sigs.k8s.io/yaml"
)

type question struct {
	Op   string `json:"op"`
	Text string `json:"text"`
	Type string `json:"type,omitempty"`
}

type answer struct {
	OK    bool   `json:"ok"`
	Value string `json:"value,omitempty"`
	Wire  string `json:"wire,omitempty"`
	Error string `json:"error,omitempty"`
}

func fromProtoJSON(q question) (answer, error) {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(q.Type))
	if err != nil {
		return answer{}, err
	}
	m := mt.New().Interface()
	if err := protojson.Unmarshal([]byte(q.Text), m); err != nil {
		return answer{}, err
	}
	text, err := protojson.Marshal(m)
	if err != nil {
		return answer{}, err
	}
	wire, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	return answer{Value: string(text), Wire: base64.StdEncoding.EncodeToString(wire)}, err
}

// As istiod reads MeshConfig: the older reader of JSON, which takes Go's durations, and unknown fields.
func fromLegacyJSON(q question) (answer, error) {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(q.Type))
	if err != nil {
		return answer{}, err
	}
	m := mt.New().Interface()
	u := jsonpb.Unmarshaler{AllowUnknownFields: true}
	if err := u.Unmarshal(strings.NewReader(q.Text), legacy.MessageV1(m)); err != nil {
		return answer{}, err
	}
	text, err := protojson.Marshal(m)
	return answer{Value: string(text)}, err
}

func reply(q question) (answer, error) {
	switch q.Op {
	case "regexp":
		_, err := regexp.Compile(q.Text)
		return answer{}, err
	case "duration":
		d, err := time.ParseDuration(q.Text)
		return answer{Value: d.String()}, err
	case "yaml":
		value, err := yaml.YAMLToJSON([]byte(q.Text))
		return answer{Value: string(value)}, err
	case "protojson":
		return fromProtoJSON(q)
	case "jsonpb":
		return fromLegacyJSON(q)
	}
	return answer{}, errors.New("no such op")
}

func ask(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	buffered := bufio.NewWriter(out)
	defer buffered.Flush()
	encoder := json.NewEncoder(buffered)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		a, err := reply(q)
		if err != nil {
			a = answer{Error: err.Error()}
		} else {
			a.OK = true
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}
