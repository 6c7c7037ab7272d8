// SPDX-License-Identifier: Apache-2.0
// Puts the schema together from the tables of operators, formats, dialects and mutants.
#include "cases/schema.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "cases/any_operator.hpp"
#include "cases/case_reader.hpp"
#include "cases/dialects.hpp"
#include "oracle/format.hpp"
#include "oracle/mutants.hpp"
#include "oracle/operators.hpp"

namespace truenorm {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

Json defined(std::string_view definition) {
  return {{"$ref", "#/definitions/" + std::string(definition)}};
}

Json any_of(Json alternatives) { return {{"anyOf", std::move(alternatives)}}; }

Json described(Json schema, std::string_view text) {
  // Beside a $ref a description would not be looked at.
  if (schema.contains("$ref")) schema = {{"allOf", Json::array({std::move(schema)})}};
  schema["description"] = text;
  return schema;
}

Json text() { return {{"type", "string"}}; }
Json nothing() { return {{"type", "null"}}; }
Json boolean() { return {{"type", "boolean"}}; }
Json one_of_words(const Words& words) { return {{"enum", words}}; }

Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

/// One of a kind, or a list of different ones.
Json one_or_more(const Json& item) {
  Json list = list_of(item);
  list["minItems"] = 1;
  list["uniqueItems"] = true;
  return any_of({item, list});
}

/// A map with these keys and no others. Nothing at a key that is not required is the same
/// as no such key.
Json map_of(const Json& properties, const Words& required = {}) {
  Json all = Json::object();
  for (const auto& [key, schema] : properties.items()) {
    const bool is_required =
        std::find(required.begin(), required.end(), key) != required.end();
    const bool may_be_nothing = !is_required && schema != nothing();
    all[key] = may_be_nothing ? any_of({schema, nothing()}) : schema;
  }
  Json map = {{"type", "object"}, {"properties", all}, {"additionalProperties", false}};
  if (!required.empty()) map["required"] = required;
  return map;
}

template <typename Named>
Words names_of(const Named& named) {
  Words names;
  for (const auto& each : named) names.emplace_back(each.name);
  return names;
}

// --- values -----------------------------------------------------------------------

constexpr std::string_view hex_float =
    "^[-+]?0[xX]([0-9a-fA-F]+(\\.[0-9a-fA-F]*)?|\\.[0-9a-fA-F]+)[pP][-+]?[0-9]+$";

Json rational() {
  return any_of({{{"type", "number"}}, {{"type", "string"}, {"pattern", hex_float}}});
}

Json element() {
  return any_of({defined("rational"), one_of_words({"nan", "inf", "+inf", "-inf"})});
}

/// A hex float may be an integer, too.
Json integer() {
  return any_of({{{"type", "integer"}}, {{"type", "string"}, {"pattern", hex_float}}});
}

Json real_attribute() {
  return any_of({defined("rational"),
                 {{"type", "string"},
                  {"pattern", "^[-+]?[0-9]+/[0-9]+$"},
                  {"description", "a fraction, which means exactly that"}}});
}

/// A word that YAML reads as a number may be written as one.
Json choice(const Words& words) {
  Json values = Json::array();
  for (const std::string& word : words) {
    values.push_back(word);
    const bool is_number = std::all_of(word.begin(), word.end(),
                                       [](char c) { return c >= '0' && c <= '9'; });
    if (is_number) values.push_back(std::stoi(word));
  }
  return {{"enum", values}};
}

Json attribute(const AttributeSpec& spec) {
  switch (spec.kind) {
    case AttributeKind::boolean:
      return boolean();
    case AttributeKind::integer:
    case AttributeKind::axis:
      return defined("integer");
    case AttributeKind::real:
      return defined("real_attribute");
    case AttributeKind::axes:
      return list_of(defined("integer"));
    case AttributeKind::choice:
      return choice(spec.choices);
  }
  return {};
}

/// The attributes of one operator. Those of others may be there to be removed, where the
/// defaults have them; so may the inputs below.
Json attributes(const OperatorSpec& op) {
  Json properties = Json::object();
  for (const std::string& name : all_attributes()) {
    const AttributeSpec* spec = op.find_attribute(name);
    properties[name] = spec == nullptr ? nothing() : attribute(*spec);
  }
  return map_of(properties);
}

// --- tensors ----------------------------------------------------------------------

/// What may follow the source of a tensor's elements.
Json modifiers() {
  return {{"times", defined("rational")},
          {"plus", defined("rational")},
          {"set", list_of(defined("assignment"))}};
}

/// A file has its own shape.
Json file_map() {
  Json properties = {
      {"file",
       described(text(), "an .npy or .safetensors file in the case file's folder")},
      {"tensor", described(text(), "which tensor of a .safetensors file")}};
  properties.update(modifiers());
  return map_of(properties, {"file"});
}

/// A map that has one source of elements, its keys, and what may follow.
Json tensor_map(std::string_view source, Json of_source, Json further = Json::object(),
                Words required = {}) {
  Json properties = {{"shape", list_of(defined("integer"))}};
  properties[std::string(source)] = std::move(of_source);
  properties.update(further);
  properties.update(modifiers());
  required.insert(required.begin(), {"shape", std::string(source)});
  return map_of(properties, required);
}

Json random_map(const char* kind, Json further, const Words& required = {}) {
  further["seed"] = defined("integer");
  return tensor_map("random", {{"const", kind}}, std::move(further), required);
}

Json pattern_map(const char* kind, Json further = Json::object()) {
  further["value"] = defined("element");
  return tensor_map("pattern", {{"const", kind}}, std::move(further), {"value"});
}

Json tensor() {
  Json forms = Json::array({defined("element"), defined("nested_list")});
  forms.push_back(tensor_map("fill", defined("element")));
  Json ends = list_of(defined("rational"));
  ends["minItems"] = ends["maxItems"] = 2;
  forms.push_back(tensor_map("linspace", std::move(ends)));
  forms.push_back(tensor_map("bits", list_of(defined("integer"))));
  const Json rational_pair = defined("rational");
  forms.push_back(
      random_map("normal", {{"mean", rational_pair}, {"std", rational_pair}}));
  forms.push_back(
      random_map("uniform", {{"low", rational_pair}, {"high", rational_pair}}));
  forms.push_back(random_map(
      "log_uniform", {{"low", defined("integer")}, {"high", defined("integer")}},
      {"low", "high"}));
  forms.push_back(random_map("bits", {{"nonfinite", boolean()}}));
  forms.push_back(file_map());
  forms.push_back(pattern_map("constant"));
  forms.push_back(pattern_map("alternating"));
  forms.push_back(
      pattern_map("spike", {{"at", defined("integer")}, {"base", defined("element")}}));
  return any_of(std::move(forms));
}

Json inputs(const Words& names) {
  Json properties = Json::object();
  for (const std::string& name : all_inputs()) {
    const bool is_of_these = std::find(names.begin(), names.end(), name) != names.end();
    properties[name] = is_of_these ? defined("tensor") : nothing();
  }
  return map_of(properties);
}

Json dtypes() {
  Json by_input = Json::object();
  for (const std::string& name : all_inputs()) by_input[name] = defined("dtype");
  const Json map = {{"type", "object"},
                    {"properties", by_input},
                    {"additionalProperties", false},
                    {"required", {"x"}}};
  return any_of({one_or_more(defined("dtype")), map});
}

Json outputs(const Words& names) {
  Json list = list_of(one_of_words(names));
  list["minItems"] = 1;
  list["uniqueItems"] = true;
  return any_of({{{"const", "all"}}, std::move(list)});
}

// --- what an answer must keep -----------------------------------------------------

Json limits() {
  const Json limit = {{"anyOf", rational()["anyOf"]}, {"minimum", 0}};
  return map_of({{"ulp", limit}, {"excess", limit}, {"flush_to_zero", boolean()}});
}

Json tolerance() {
  Json by_output = Json::object();
  for (const std::string& name : all_outputs()) by_output[name] = defined("limits");
  return any_of({defined("limits"), map_of(by_output)});
}

Json known() {
  return map_of(
      {{"runner", text()},
       {"version", described(text(), "comparisons, such as \">=2.1,<2.14\"")},
       {"dtype", defined("dtype")},
       {"direction", defined("direction")},
       {"output", one_of_words(all_outputs())},
       {"verdict", one_of_words({"fail", "crashed", "timed_out", "out_of_memory",
                                 "protocol_error", "runner_error"})},
       {"excess",
        described(defined("rational"), "above it the test fails all the same")},
       {"link", text()},
       {"because", text()}},
      {"runner", "because"});
}

Json bug() {
  return map_of(
      {{"source", described(text(), "the address of the report")},
       {"libraries", list_of(text())},
       {"symptom", one_of_words({"wrong_value", "nan", "inf", "crash", "refused"})}});
}

// --- a case and a file ------------------------------------------------------------

/// The schema of each key of a case, whatever its operator.
Json key_of_case(std::string_view key) {
  if (key == "case") {
    return {{"type", "string"},
            {"pattern", "^[-a-z0-9]{1,60}$"},
            {"description", "the case's name, unique in the file"}};
  }
  if (key == "about") return described(text(), "what the case shows, in a sentence");
  if (key == "op") return one_of_words(names_of(operators()));
  if (key == "dialect") {
    const auto known = dialects();
    return described(one_of_words(Words(known.begin(), known.end())),
                     "whose defaults stand for the attributes that are left out");
  }
  if (key == "dtype") {
    return described(dtypes(), "one test each; or a map, where inputs differ");
  }
  if (key == "direction") return one_or_more(defined("direction"));
  if (key == "attributes") {
    Json all = Json::object();
    for (const OperatorSpec& op : operators()) {
      for (const AttributeSpec& spec : op.attributes) all[spec.name] = attribute(spec);
    }
    return map_of(all);
  }
  if (key == "inputs") return inputs(all_inputs());
  if (key == "outputs") return outputs(all_outputs());
  if (key == "tolerance") return tolerance();
  if (key == "catches") {
    return described(list_of(one_of_words(names_of(mutants()))),
                     "mutants that the case tells from the truth; [] for none");
  }
  if (key == "bug") return bug();
  if (key == "known") return list_of(known());
  if (key == "tags") return list_of(text());
  if (key == "compute") return defined("dtype");
  if (key == "zero_gradient") return boolean();
  return {};
}

Json case_map(bool is_defaults) {
  Json properties = Json::object();
  for (const std::string_view key : case_keys()) {
    if (is_defaults && key == "case") continue;
    properties[std::string(key)] = key_of_case(key);
  }
  return map_of(properties, is_defaults ? Words{} : Words{"case"});
}

/// What the keys of a case may hold for one operator.
Json keys_of_operator(const OperatorSpec& op) {
  return {{"properties",
           {{"attributes", any_of({attributes(op), nothing()})},
            {"inputs", any_of({inputs(inputs_of(op)), nothing()})},
            {"outputs", any_of({outputs(outputs_of(op)), nothing()})}}}};
}

Json is_of_operator(const OperatorSpec& op) {
  return {{"properties", {{"op", {{"const", op.name}}}}}, {"required", {"op"}}};
}

/// For each operator: a case that names it has its attributes, inputs and outputs.
Json cases_of_operators() {
  Json rules = Json::array();
  for (const OperatorSpec& op : operators()) {
    rules.push_back(
        {{"if", is_of_operator(op)}, {"then", defined("keys_of_" + op.name)}});
  }
  return rules;
}

/// For each operator: where the defaults name it, so has a case that names none.
Json files_of_operators() {
  Json rules = Json::array();
  for (const OperatorSpec& op : operators()) {
    const Json of_defaults = {{"properties", {{"defaults", is_of_operator(op)}}},
                              {"required", {"defaults"}}};
    const Json of_cases = {{"if", {{"required", {"op"}}}},
                           {"else", defined("keys_of_" + op.name)}};
    rules.push_back({{"if", of_defaults},
                     {"then", {{"properties", {{"cases", {{"items", of_cases}}}}}}}});
  }
  return rules;
}

Json definitions() {
  Json one_case = case_map(false);
  one_case["allOf"] = cases_of_operators();
  Json all = {
      {"rational", described(rational(), "a decimal number or a hex float")},
      {"element", described(element(), "a number, nan, inf or -inf")},
      {"integer", integer()},
      {"real_attribute", real_attribute()},
      {"dtype", one_of_words(names_of(formats()))},
      {"direction", one_of_words({"forward", "vjp", "jvp"})},
      {"nested_list",
       list_of(any_of(Json::array({defined("element"), defined("nested_list")})))},
      {"assignment",
       map_of({{"at", list_of(defined("integer"))}, {"to", defined("element")}},
              {"at", "to"})},
      {"tensor", tensor()},
      {"limits", limits()},
      {"case", std::move(one_case)},
      {"defaults", case_map(true)}};
  for (const OperatorSpec& op : operators()) {
    all["keys_of_" + op.name] = keys_of_operator(op);
  }
  return all;
}

}  // namespace

std::string case_schema() {
  Json file = map_of({{"truenorm", {{"const", 1}}},
                      {"suite", text()},
                      {"defaults", defined("defaults")},
                      {"cases", list_of(defined("case"))}},
                     {"truenorm", "cases"});
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "truenorm case file"}};
  schema.update(file);
  schema["allOf"] = files_of_operators();
  schema["definitions"] = definitions();
  return schema.dump(1) + "\n";
}

}  // namespace truenorm
