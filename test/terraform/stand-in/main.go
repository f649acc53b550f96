// A provider that knows the schema of the real one and nothing else: enough for `terraform validate`, and for
// `terraform test` with a mocked provider, where the real one can't be had. It reads the distilled schema from the
// file that TONEMILL_SCHEMA names.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type block struct {
	Attributes map[string]string `json:"attributes"`
	Blocks     map[string]nested `json:"blocks"`
}

type nested struct {
	block
	Nesting  string `json:"nesting"`
	Required bool   `json:"required"`
}

type provider struct {
	Configuration block            `json:"configuration"`
	Resources     map[string]block `json:"resources"`
	Data          map[string]block `json:"data"`
}

func main() {
	text, err := os.ReadFile(os.Getenv("TONEMILL_SCHEMA"))
	if err != nil {
		log.Fatal(err)
	}
	var known provider
	if err := json.Unmarshal(text, &known); err != nil {
		log.Fatal(err)
	}
	serve := func() tfprotov6.ProviderServer { return &server{known: known} }
	if err := tf6server.Serve("registry.terraform.io/hashicorp/google", serve); err != nil {
		log.Fatal(err)
	}
}

// What is not implemented here is never called: Terraform itself stands in for a mocked provider's plan and apply.
type server struct {
	tfprotov6.ProviderServer
	known provider
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:          s.known.Configuration.schema(),
		ResourceSchemas:   schemas(s.known.Resources),
		DataSourceSchemas: schemas(s.known.Data),
	}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func schemas(blocks map[string]block) map[string]*tfprotov6.Schema {
	all := map[string]*tfprotov6.Schema{}
	for name, known := range blocks {
		all[name] = known.schema()
	}
	return all
}

func (b block) schema() *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: b.body()}
}

func (b block) body() *tfprotov6.SchemaBlock {
	body := &tfprotov6.SchemaBlock{}
	for name, kind := range b.Attributes {
		required, computed := strings.HasSuffix(kind, "!"), strings.HasSuffix(kind, "=")
		body.Attributes = append(body.Attributes, &tfprotov6.SchemaAttribute{
			Name:     name,
			Type:     typeOf(strings.TrimRight(kind, "!=")),
			Required: required,
			Optional: !required && !computed,
			Computed: computed || !required && filledIn[name],
		})
	}
	for name, inner := range b.Blocks {
		body.BlockTypes = append(body.BlockTypes, inner.in(name))
	}
	return body
}

// Optional arguments that the real provider fills in where they are left out.
var filledIn = map[string]bool{
	"address": true, "id": true, "name": true, "project": true, "region": true, "zone": true,
}

// The real provider's single blocks are lists of at most one, so that `template[0]` means something.
func (n nested) in(name string) *tfprotov6.SchemaNestedBlock {
	inner := &tfprotov6.SchemaNestedBlock{TypeName: name, Block: n.body(), Nesting: tfprotov6.SchemaNestedBlockNestingModeList}
	if name == "timeouts" {
		inner.Nesting = tfprotov6.SchemaNestedBlockNestingModeSingle
		return inner
	}
	if n.Nesting == "set" {
		inner.Nesting = tfprotov6.SchemaNestedBlockNestingModeSet
	}
	if n.Nesting == "single" {
		inner.MaxItems = 1
	}
	if n.Required {
		inner.MinItems = 1
	}
	return inner
}

func typeOf(kind string) tftypes.Type {
	outer, inner, found := strings.Cut(strings.TrimSuffix(kind, ")"), "(")
	if found {
		switch outer {
		case "list":
			return tftypes.List{ElementType: typeOf(inner)}
		case "set":
			return tftypes.Set{ElementType: typeOf(inner)}
		case "map":
			return tftypes.Map{ElementType: typeOf(inner)}
		}
	}
	switch kind {
	case "string":
		return tftypes.String
	case "number":
		return tftypes.Number
	case "bool":
		return tftypes.Bool
	}
	return tftypes.DynamicPseudoType
}
