// Prints what the Go modules of Envoy and Istio say about their protobuf messages: the facts that our own protos must agree with.
//
// Usage: oracle > facts.json
//
//	oracle ask < questions (one JSON a line: {"op": "regexp" | "duration" | "yaml" | "protojson" | "jsonpb", "text", "type"}), see ask.go
//
// The answer is {"files": {path: {"package", "messages": [...], "enums": [...], "services": [...]}}}. Only files whose package belongs to
// Envoy, xDS, Istio or Google's RPC and CEL types are listed; validation and annotation files are not part of the wire.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

type field struct {
	Name       string `json:"name"`
	Number     int    `json:"number"`
	Type       string `json:"type"`
	Ref        string `json:"ref,omitempty"`
	Label      string `json:"label"`
	Oneof      string `json:"oneof,omitempty"`
	Optional   bool   `json:"optional,omitempty"`
	JSONName   string `json:"json"`
	MapKey     string `json:"mapKey,omitempty"`
	Unpacked   bool   `json:"unpacked,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
}

type message struct {
	Name   string  `json:"name"`
	Fields []field `json:"fields"`
}

type enumValue struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
}

type enum struct {
	Name   string      `json:"name"`
	Values []enumValue `json:"values"`
}

type method struct {
	Name         string `json:"name"`
	Input        string `json:"input"`
	Output       string `json:"output"`
	ClientStream bool   `json:"clientStream,omitempty"`
	ServerStream bool   `json:"serverStream,omitempty"`
}

type service struct {
	Name    string   `json:"name"`
	Methods []method `json:"methods"`
}

type file struct {
	Package  string    `json:"package"`
	Messages []message `json:"messages,omitempty"`
	Enums    []enum    `json:"enums,omitempty"`
	Services []service `json:"services,omitempty"`
}

// Packages that are on the wire of a mesh.
var wanted = []string{"envoy.", "xds.", "udpa.type.", "istio.", "io.istio.", "stats", "google.rpc", "google.api.expr.v1alpha1", "cel.expr", "opentelemetry."}

func isWanted(pkg string) bool {
	if strings.Contains(pkg, "annotations") {
		return false
	}
	for _, prefix := range wanted {
		if strings.HasPrefix(pkg, prefix) {
			return true
		}
	}
	return false
}

func refOf(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return string(fd.Message().FullName())
	case protoreflect.EnumKind:
		return string(fd.Enum().FullName())
	}
	return ""
}

func describeField(fd protoreflect.FieldDescriptor) field {
	out := field{Name: string(fd.Name()), Number: int(fd.Number()), Type: fd.Kind().String(), Ref: refOf(fd), Label: "singular", JSONName: fd.JSONName()}
	if options, ok := fd.Options().(interface{ GetDeprecated() bool }); ok {
		out.Deprecated = options.GetDeprecated()
	}
	if oneof := fd.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		out.Oneof = string(oneof.Name())
	}
	out.Optional = fd.HasOptionalKeyword()
	switch {
	case fd.IsMap():
		out.Label, out.MapKey = "map", fd.MapKey().Kind().String()
		out.Type, out.Ref = fd.MapValue().Kind().String(), refOf(fd.MapValue())
	case fd.IsList():
		out.Label = "repeated"
		packable := fd.Kind() != protoreflect.StringKind && fd.Kind() != protoreflect.BytesKind && fd.Kind() != protoreflect.MessageKind
		out.Unpacked = packable && !fd.IsPacked()
	}
	return out
}

func describeEnums(into *file, enums protoreflect.EnumDescriptors) {
	for i := 0; i < enums.Len(); i++ {
		ed := enums.Get(i)
		out := enum{Name: string(ed.FullName())}
		for v := 0; v < ed.Values().Len(); v++ {
			value := ed.Values().Get(v)
			out.Values = append(out.Values, enumValue{string(value.Name()), int(value.Number())})
		}
		into.Enums = append(into.Enums, out)
	}
}

func describeMessages(into *file, messages protoreflect.MessageDescriptors) {
	for i := 0; i < messages.Len(); i++ {
		md := messages.Get(i)
		if md.IsMapEntry() {
			continue
		}
		out := message{Name: string(md.FullName()), Fields: []field{}}
		for f := 0; f < md.Fields().Len(); f++ {
			out.Fields = append(out.Fields, describeField(md.Fields().Get(f)))
		}
		into.Messages = append(into.Messages, out)
		describeEnums(into, md.Enums())
		describeMessages(into, md.Messages())
	}
}

func describeServices(into *file, services protoreflect.ServiceDescriptors) {
	for i := 0; i < services.Len(); i++ {
		sd := services.Get(i)
		out := service{Name: string(sd.FullName())}
		for m := 0; m < sd.Methods().Len(); m++ {
			md := sd.Methods().Get(m)
			out.Methods = append(out.Methods, method{string(md.Name()), string(md.Input().FullName()), string(md.Output().FullName()), md.IsStreamingClient(), md.IsStreamingServer()})
		}
		into.Services = append(into.Services, out)
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "ask" {
		if err := ask(os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	files := map[string]*file{}
	protoregistry.GlobalFiles.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		if isWanted(string(fd.Package())) {
			out := &file{Package: string(fd.Package())}
			describeEnums(out, fd.Enums())
			describeMessages(out, fd.Messages())
			describeServices(out, fd.Services())
			files[fd.Path()] = out
		}
		return true
	})
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"files": files}); err != nil {
		os.Exit(1)
	}
}
