// SPDX-License-Identifier: Apache-2.0
// From a case to its tests: defaults, dtypes, attributes, dialects, outputs, digests.
#include <algorithm>

#include "cases/dialects.hpp"
#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

std::vector<std::string> names_of(const Reading& reading) {
  std::vector<std::string> names;
  for (const TestCase& test : reading.tests) names.push_back(test.name);
  return names;
}

Rational eps_of(const std::string& further) {
  return only_test(case_file(further)).question.real("eps");
}

TEST_CASE("maps merge with the defaults key by key, everything else is replaced") {
  const Reading reading = read(
      "truenorm: 1\n"
      "defaults:\n"
      "  op: layer_norm\n"
      "  dtype: float32\n"
      "  about: the default\n"
      "  tags: [one, two]\n"
      "  attributes: {eps: 0x1p-3, axes: [0]}\n"
      "  inputs: {x: {shape: [4], fill: 1}, gamma: {shape: [4], fill: 2}}\n"
      "  tolerance: {ulp: 2, excess: 3}\n"
      "  bug: {source: s, symptom: nan}\n"
      "cases:\n"
      "- case: as-it-is\n"
      "- case: merged\n"
      "  tags: [three]\n"
      "  attributes: {axes: [-1]}\n"
      "  inputs: {gamma: [1, 2, 3, 4], beta: 1}\n"
      "  tolerance: {excess: 5}\n"
      "  bug: {symptom: inf}\n"
      "- case: removed\n"
      "  about: null\n"
      "  tags: ~\n"
      "  attributes: {eps: null}\n"
      "  inputs: {gamma: null}\n"
      "  tolerance: {ulp: null}\n"
      "  bug: null\n"
      "- case: whole-maps-removed\n"
      "  attributes:\n"
      "  tolerance: null\n");
  REQUIRE(complaints(reading).empty());
  REQUIRE(reading.tests.size() == 4);

  const TestCase& as_it_is = reading.tests[0];
  CHECK(as_it_is.about == "the default");
  CHECK(as_it_is.tags == std::vector<std::string>{"one", "two"});
  CHECK(as_it_is.question.real("eps") == Rational(1, 8));
  CHECK(as_it_is.criteria("y").tolerance.limit_ulps == 2.0);
  CHECK(as_it_is.criteria("y").tolerance.limit_excess == 3.0);

  const TestCase& merged = reading.tests[1];
  CHECK(merged.about == "the default");
  CHECK(merged.tags == std::vector<std::string>{"three"});
  CHECK(merged.question.real("eps") == Rational(1, 8));
  CHECK((*merged.question.input("gamma"))[3] == 4.0);
  CHECK((*merged.question.input("beta"))[3] == 1.0);
  CHECK(merged.question.x().size() == 4);
  CHECK(merged.criteria("y").tolerance.limit_ulps == 2.0);
  CHECK(merged.criteria("y").tolerance.limit_excess == 5.0);
  REQUIRE(merged.bug);
  CHECK(merged.bug->source == "s");
  CHECK(merged.bug->symptom == "inf");

  const TestCase& removed = reading.tests[2];
  CHECK(removed.about.empty());
  CHECK(removed.tags.empty());
  CHECK(removed.question.real("eps") == exact(1e-5));
  CHECK(removed.question.input("gamma") == nullptr);
  CHECK_FALSE(removed.criteria("y").tolerance.limit_ulps);
  CHECK(removed.criteria("y").tolerance.limit_excess == 3.0);
  CHECK_FALSE(removed.bug);

  const TestCase& whole = reading.tests[3];
  CHECK(whole.question.real("eps") == exact(1e-5));
  CHECK_FALSE(whole.criteria("y").tolerance.limit_ulps);
  CHECK(whole.criteria("y").tolerance.limit_excess == 4.0);
}

TEST_CASE("a tensor of the defaults is replaced as a whole") {
  CHECK(complaints(read(
            "truenorm: 1\n"
            "defaults: {op: layer_norm, dtype: float32, inputs: {x: {shape: "
            "[2], fill: 1}}}\n"
            "cases:\n"
            "- case: a\n"
            "  inputs: {x: {fill: 2}}\n")) == "f.yaml:5:15: error: x: needs a shape\n");
}

TEST_CASE("a list of dtypes expands to one test each, in its order") {
  const Reading reading = read(tensor_file("[1, 2]", "[float64, float16, bfloat16]") +
                               "- case: b\n  dtype: float32\n  inputs: {x: [1]}\n");
  CHECK(names_of(reading) == std::vector<std::string>{"f.yaml#a[float64,forward]",
                                                      "f.yaml#a[float16,forward]",
                                                      "f.yaml#a[bfloat16,forward]",
                                                      "f.yaml#b[float32,forward]"});
}

TEST_CASE("a dtype alone is every input's") {
  const TestCase test =
      only_test(case_file("dtype: float16\n  inputs: {gamma: 1, beta: 2}"));
  for (const char* input : {"x", "gamma", "beta"}) {
    CHECK(test.question.input(input)->format() == float16);
  }
}

TEST_CASE("in a map of dtypes the inputs that are not named take that of x") {
  const TestCase test = only_test(
      case_file("dtype: {x: bfloat16, gamma: float32}\n  inputs: {gamma: 1, beta: 2}"));
  CHECK(test.name == "f.yaml#a[bfloat16,forward]");
  CHECK(test.question.x().format() == bfloat16);
  CHECK(test.question.input("gamma")->format() == float32);
  CHECK(test.question.input("beta")->format() == bfloat16);
}

TEST_CASE("bits under several dtypes are fine where their input has one") {
  CHECK(complaints(read(tensor_file("{shape: [1], bits: [1]}", "[float32]"))).empty());
  CHECK(complaints(read(tensor_file("{shape: [1], random: bits}"))).empty());
}

TEST_CASE("a list of directions expands to one test each, with the inputs of each") {
  const Reading reading = read(
      case_file("direction: [forward, vjp, jvp]\n"
                "  op: batch_norm\n"
                "  inputs: {x: [[1, 2], [3, 5], [4, 4]], gamma: 2, running_mean: 0, "
                "running_variance: 1, dy: 3, tangent_x: 4, tangent_gamma: 5}"));
  REQUIRE(complaints(reading).empty());
  CHECK(names_of(reading) == std::vector<std::string>{"f.yaml#a[float32,forward]",
                                                      "f.yaml#a[float32,vjp]",
                                                      "f.yaml#a[float32,jvp]"});
  using Names = std::vector<std::string>;
  const auto inputs_of = [&](std::size_t test) {
    Names names;
    for (const auto& [input, tensor] : reading.tests[test].question.inputs()) {
      names.push_back(input);
    }
    return names;
  };
  CHECK(inputs_of(0) == Names{"gamma", "running_mean", "running_variance", "x"});
  CHECK(inputs_of(1) == Names{"dy", "gamma", "x"});
  CHECK(inputs_of(2) == Names{"gamma", "tangent_gamma", "tangent_x", "x"});
  CHECK(reading.tests[0].outputs == Names{"y", "running_mean", "running_variance"});
  CHECK(reading.tests[1].outputs == Names{"dx", "dgamma"});
  CHECK(reading.tests[2].outputs == Names{"tangent_y"});
}

TEST_CASE("a scalar takes the shape of the input that it is") {
  const Reading reading = read(
      case_file("direction: [vjp, jvp]\n"
                "  inputs: {x: [[1, 2, 4], [3, 5, 1]], gamma: 2, dy: 3, tangent_x: "
                "4, tangent_gamma: 5}"));
  REQUIRE(complaints(reading).empty());
  CHECK(reading.tests[0].question.input("dy")->shape() == Shape{2, 3});
  CHECK(reading.tests[1].question.input("tangent_x")->shape() == Shape{2, 3});
  CHECK(reading.tests[1].question.input("tangent_gamma")->shape() == Shape{3});
}

TEST_CASE("an output is asked for in the directions that have it") {
  const Reading reading =
      read(case_file("direction: [forward, vjp]\n"
                     "  inputs: {x: [[1, 2], [3, 5]], gamma: 2, beta: 1, dy: 3}\n"
                     "  outputs: [y, dgamma]"));
  REQUIRE(complaints(reading).empty());
  CHECK(reading.tests[0].outputs == std::vector<std::string>{"y"});
  CHECK(reading.tests[1].outputs == std::vector<std::string>{"dgamma"});
}

TEST_CASE("a dtype of a gradient's or tangent's own is that of its direction") {
  const TestCase test =
      only_test(case_file("direction: vjp\n  dtype: {x: float16, dy: float32}\n"
                          "  inputs: {dy: [0x1.000002p+0, 1]}"));
  CHECK(test.name == "f.yaml#a[float16,vjp]");
  CHECK((*test.question.input("dy"))[0] == 0x1.000002p+0);
}

TEST_CASE("a real attribute in decimal is the nearest binary64") {
  CHECK(eps_of("attributes: {eps: 1e-6}") == exact(1e-6));
  CHECK(eps_of("attributes: {eps: 0.1}") == exact(0.1));
  CHECK(eps_of("attributes: {eps: -3}") == Rational(-3));
  CHECK(eps_of("attributes: {eps: 0}") == Rational(0));
  CHECK(eps_of("attributes: {eps: -0.0}") == Rational(0));
}

TEST_CASE("a hex float or a fraction is exact") {
  CHECK(eps_of("attributes: {eps: 0x1.0000000000000001p-20}") ==
        power_of_two(-20) + power_of_two(-84));
  CHECK(eps_of("attributes: {eps: \"1/1000000\"}") == Rational(1, 1000000));
  CHECK(eps_of("attributes: {eps: 1/1000000}") == Rational(1, 1000000));
  CHECK(eps_of("attributes: {eps: \"-1/3\"}") == Rational(-1, 3));
}

TEST_CASE("the other kinds of attributes are read by YAML 1.2's core schema") {
  const TestCase test = only_test(case_file(
      "op: batch_norm_inference\n"
      "  attributes: {layout: channels_last, batched: false, clamp_variance: True, "
      "gamma_offset: 1, eps_mode: outside}\n"
      "  inputs: {mean: 0, variance: 1}"));
  CHECK(test.question.choice("layout") == "channels_last");
  CHECK_FALSE(test.question.flag("batched"));
  CHECK(test.question.flag("clamp_variance"));
  CHECK(test.question.integer("gamma_offset") == 1);
  CHECK(test.question.choice("eps_mode") == "outside");
}

TEST_CASE("an axis is an integer, and p a word that YAML may take for a number") {
  const auto lp = [](const std::string& attributes) {
    return only_test(case_file("op: lp_normalize\n  attributes: {" + attributes +
                               "}\n  inputs: {x: [[1, 2, 4], [3, 5, 1]]}"))
        .question;
  };
  CHECK(lp("dim: 0").integer("dim") == 0);
  CHECK(lp("dim: -1").integer("dim") == 1);
  CHECK(lp("eps: 0").choice("p") == "2");
  for (const std::string p : {"1", "2", "inf"}) {
    CHECK(lp("p: " + p).choice("p") == p);
    CHECK(lp("p: \"" + p + "\"").choice("p") == p);
  }
}

TEST_CASE("a dialect fills what the case leaves out, and nothing else") {
  CHECK(eps_of("dialect: pytorch") == exact(1e-5));
  CHECK(eps_of("dialect: keras") == exact(1e-3));
  CHECK(eps_of("dialect: tensorflow") == exact(1e-3));
  CHECK(eps_of("dialect: jax") == exact(1e-6));
  CHECK(eps_of("dialect: torchlean") == Rational(1, 1000000));
  CHECK(eps_of("dialect: keras\n  attributes: {eps: 1}") == Rational(1));
  CHECK(eps_of("op: rms_norm\n  dialect: keras") == exact(1e-6));
  CHECK(complaints(read(case_file("op: rms_norm\n  dialect: pytorch"))) ==
        "f.yaml:4:3: error: rms_norm: eps: is required and has no default\n");

  const TestCase lean =
      only_test(case_file("op: batch_norm_inference\n  dialect: torchlean\n"
                          "  inputs: {x: [[1, 2]], mean: 0, variance: 1}"));
  CHECK(lean.question.flag("clamp_variance"));
  CHECK(lean.question.choice("layout") == "channels_first");
}

TEST_CASE("dialects differ in momentum, groups, axes and the place of epsilon") {
  const auto question_of = [](const std::string& op, const std::string& dialect) {
    return only_test(case_file("op: " + op + "\n  dialect: " + dialect +
                               "\n  inputs: {x: {shape: [2, 5, 32], fill: 1}}"))
        .question;
  };
  const Question torch = question_of("batch_norm", "pytorch");
  CHECK(torch.real("momentum") == exact(0.1));
  CHECK(torch.choice("momentum_of") == "new");
  CHECK(torch.choice("running_variance_divisor") == "n_minus_1");
  const Question flax = question_of("batch_norm", "jax");
  CHECK(flax.real("momentum") == exact(0.99));
  CHECK(flax.choice("momentum_of") == "old");
  CHECK(flax.choice("running_variance_divisor") == "n");
  CHECK(flax.choice("layout") == "channels_last");
  CHECK(question_of("batch_norm", "onnx").real("momentum") ==
        exact(static_cast<double>(0.9F)));
  CHECK(question_of("group_norm", "keras").integer("groups") == 32);
  CHECK_FALSE(question_of("batch_norm", "torchlean").flag("batched"));
  CHECK(question_of("weight_norm", "jax").integer("dim") == 2);
  CHECK(question_of("lp_normalize", "pytorch").integer("dim") == 1);
  CHECK(question_of("lp_normalize", "tensorflow").choice("eps_mode") == "floor_inside");
}

TEST_CASE("the onnx dialect rounds real attributes to float32") {
  CHECK(eps_of("dialect: onnx") == exact(static_cast<double>(1e-5F)));
  CHECK(eps_of("dialect: onnx\n  attributes: {eps: 1e-6}") ==
        exact(static_cast<double>(1e-6F)));
  CHECK(eps_of("dialect: onnx\n  attributes: {eps: 1/3}") ==
        exact(static_cast<double>(1.0F / 3.0F)));
}

TEST_CASE("every default of a dialect is an attribute of its operator") {
  for (const std::string_view dialect : dialects()) {
    for (const OperatorSpec& op : operators()) {
      for (const auto& [attribute, value] : dialect_defaults(dialect, op.name)) {
        CAPTURE(dialect, op.name, attribute);
        const AttributeSpec* spec = op.find_attribute(attribute);
        REQUIRE(spec != nullptr);
        if (const auto* word = std::get_if<std::string>(&value)) {
          CHECK(std::count(spec->choices.begin(), spec->choices.end(), *word) == 1);
        }
      }
    }
  }
}

TEST_CASE("outputs are y, those named, or all, in the operator's order") {
  using Names = std::vector<std::string>;
  CHECK(only_test(case_file("about: a")).outputs == Names{"y"});
  CHECK(only_test(case_file("outputs: [rstd, y]")).outputs == Names{"y", "rstd"});
  CHECK(only_test(case_file("outputs: all")).outputs == Names{"y", "mean", "rstd"});
}

TEST_CASE("digests are the same on every machine") {
  // The golden values are a contract: answers computed elsewhere are matched by id.
  const TestCase test = only_test(
      case_file("dtype: {x: float32, gamma: float16}\n"
                "  attributes: {eps: 1/1000000}\n"
                "  inputs: {x: [[1, -0.0, nan], [4, 5, 6]], gamma: [1, 2, 3]}\n"
                "  outputs: [y, mean]"));
  CHECK(test.id == "a.float32.forward.b658e98994c539b2");
  CHECK(test.inputs_digest == "473fb836c56ed06a");
}

TEST_CASE("the id changes with the question, the inputs digest with the inputs alone") {
  const TestCase base = only_test(case_file("about: a"));
  const TestCase told = only_test(case_file("about: b\n  tolerance: {ulp: 1}"));
  CHECK(told.id == base.id);

  const TestCase other_eps = only_test(case_file("attributes: {eps: 1}"));
  CHECK(other_eps.id != base.id);
  CHECK(other_eps.inputs_digest == base.inputs_digest);

  const TestCase written_eps =
      only_test(case_file("attributes: {eps: 1e-5, axes: [0]}"));
  CHECK(written_eps.id == base.id);

  const TestCase all = only_test(case_file("outputs: all"));
  CHECK(all.id != base.id);
  CHECK(all.inputs_digest == base.inputs_digest);

  for (const char* inputs : {"{x: [1, 3]}", "{x: [[1, 2]]}", "{gamma: 1}"}) {
    CAPTURE(inputs);
    const TestCase other = only_test(case_file(std::string("inputs: ") + inputs));
    CHECK(other.id != base.id);
    CHECK(other.inputs_digest != base.inputs_digest);
  }
  CHECK(only_test(case_file("dtype: float64")).inputs_digest != base.inputs_digest);
}

TEST_CASE("an id is one that the protocol allows") {
  const std::string longest(60, 'z');
  const TestCase test =
      only_test("truenorm: 1\ncases:\n- case: " + longest +
                "\n  op: layer_norm\n  dtype: bfloat16\n  inputs: {x: 1}\n");
  CHECK(test.id.size() <= 100);
  CHECK(std::all_of(test.id.begin(), test.id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  }));
  CHECK(read("truenorm: 1\ncases:\n- case: z" + longest +
             "\n  op: layer_norm\n  dtype: bfloat16\n  inputs: {x: 1}\n")
            .has_errors());
}

TEST_CASE("null removes a default that the case's operator or direction has not") {
  CHECK(complaints(read("truenorm: 1\n"
                        "defaults:\n"
                        "  op: group_norm\n"
                        "  dtype: float32\n"
                        "  direction: vjp\n"
                        "  attributes: {groups: 1}\n"
                        "  inputs: {x: [[1, 2]], dy: 1}\n"
                        "cases:\n"
                        "- {case: a, direction: forward, inputs: {dy: null}}\n"
                        "- {case: b, op: layer_norm, attributes: {groups: null}}\n"))
            .empty());
}

}  // namespace
}  // namespace truenorm
