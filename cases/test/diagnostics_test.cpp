// SPDX-License-Identifier: Apache-2.0
// Malformed texts, each with the diagnostics that it gets, place included.
#include <sstream>

#include "cases/test/reading.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

struct Malformed {
  std::string text;
  std::string expected;  ///< LINE:COLUMN: message, a line each
};

/// The expected lines as a diagnostic prints them.
std::string as_printed(const std::string& expected) {
  std::istringstream lines(expected);
  std::string printed;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t message = line.find(": ") + 2;
    printed +=
        "f.yaml:" + line.substr(0, message) + "error: " + line.substr(message) + "\n";
  }
  return printed;
}

TEST_CASE("a malformed file gets a place and a reason") {
  const Malformed malformed = GENERATE(values<Malformed>({
      {"", "1:1: the file is empty"},
      {"---\n", "1:1: the file is empty"},
      {"# only a comment\n", "1:1: the file is empty"},
      {"\xEF\xBB\xBFtruenorm: 1\n",
       "1:1: the file starts with a byte order mark; save it without one"},
      {"- truenorm\n", "1:1: a case file is a map, not a list"},
      {"just text\n", "1:1: a case file is a map, not 'just text'"},
      {"cases: []\n",
       "1:1: the file does not say 'truenorm: 1', the version of the case language"},
      {"truenorm: 2\ncases: []\n",
       "1:11: this reader knows version 1 of the case language, not '2'"},
      {"truenorm: '1'\ncases: []\n",
       "1:11: this reader knows version 1 of the case language, not the text '1'"},
      {"truenorm: 1\n", "1:1: the file has no list of cases"},
      {"truenorm: 1\ncases: {a: 1}\n", "2:8: cases must be a list, not a map"},
      {"truenorm: 1\ncase: []\n",
       "1:1: the file has no list of cases\n2:1: unknown key 'case'; did you mean "
       "'cases'?"},
      {"truenorm: 1\ncases: []\n---\ntruenorm: 1\n",
       "4:1: a case file is one YAML document"},
      {"truenorm: 1\ncases: [\n",
       "2:8: not YAML: a '[' is not closed before this, or a ',' is missing"},
      {"truenorm: 1\ncases:\n\t- case: a\n",
       "3:1: not YAML: a tab indents; use spaces"},
      {"truenorm: 1\ntruenorm: 1\ncases: []\n",
       "2:1: the key 'truenorm' stands already at line 1"},
      {"truenorm: 1\nsuite: 3\ncases: []\n",
       "2:8: suite must be text (in quotes), not '3'"},
      {"truenorm: 1\ndefaults: [op]\ncases: []\n",
       "2:11: defaults must be a map, not a list"},
      {"truenorm: 1\ndefaults: {case: a, opp: layer_norm}\ncases: []\n",
       "2:12: unknown key 'case'; known: about, op, dialect, dtype, direction, "
       "attributes, inputs, outputs, tolerance, catches, bug, known, tags, compute, "
       "zero_gradient\n2:21: unknown key 'opp'; did you mean 'op'?"},
      {"truenorm: 1\ndefaults: &d {op: layer_norm}\ncases:\n- *d\n",
       "2:11: anchors and aliases are not part of the case language\n4:3: anchors and "
       "aliases are not part of the case language"},
      {"truenorm: 1\ncases: !!seq []\n",
       "2:8: the tag 'tag:yaml.org,2002:seq' is not part of the case language"},
      {"truenorm: 1\n[a, b]: 1\ncases: []\n", "2:1: a key must be a word, not a list"},
      {"truenorm: 1\ncases:\n- a\n", "3:3: a case must be a map, not 'a'"},
      {"truenorm: 1\ncases:\n- {}\n",
       "3:3: the case has no 'case', its name\n3:3: the case has no 'op'\n3:3: the "
       "case has no 'dtype'"},
      {"truenorm: 1\ndefaults: {op: layer_norm, dtype: float32, inputs: {x: "
       "[1]}}\ncases:\n- case: a\n- case: b\n- case: a\n",
       "6:9: the case 'a' stands already at line 4"},
  }));
  CAPTURE(malformed.text);
  CHECK(complaints(read(malformed.text)) == as_printed(malformed.expected));
}

TEST_CASE("a malformed case gets a place and a reason") {
  const Malformed malformed = GENERATE(values<Malformed>({
      {"about: 3", "5:10: about must be text (in quotes), not '3'"},
      {"about: [a]", "5:10: about must be text, not a list"},
      {"op: layernorm", "5:7: unknown op 'layernorm'; did you mean 'layer_norm'?"},
      {"op: [layer_norm]", "5:7: op must be a word, not a list"},
      {"dtype: f32",
       "5:10: unknown dtype 'f32'; known: float8_e4m3fn, float8_e5m2, float16, "
       "bfloat16, float32, float64"},
      {"dtype: [float32, float32]", "5:20: dtype float32 is named twice"},
      {"dtype: []", "5:10: dtype must not be an empty list"},
      {"dtype: {gamma: float32}", "5:10: a map of dtypes needs that of x"},
      {"dtype: {x: float32, gama: float16}",
       "5:23: unknown input 'gama' of layer_norm; did you mean 'gamma'?"},
      {"direction: vjp", "4:3: layer_norm: dy: is required"},
      {"op: lp_normalize\n  direction: [forward, vjp]\n  attributes: {p: 1}\n  inputs: "
       "{dy: 1}",
       "6:14: lp_normalize: direction: vjp needs p = 2"},
      {"direction: jvp\n  attributes: {round_normalized: true}\n  inputs: {tangent_x: "
       "1}",
       "5:14: layer_norm: direction: jvp is not defined with round_normalized"},
      {"inputs: {dy: 1}",
       "5:12: input 'dy' belongs to direction vjp, which the case does not have"},
      {"op: batch_norm\n  direction: vjp\n  inputs: {x: [[1, 2]], dy: 1, running_mean: "
       "0}",
       "7:32: input 'running_mean' belongs to direction forward, which the case does "
       "not "
       "have"},
      {"direction: jvp\n  inputs: {tangent_gama: 1}",
       "6:12: unknown input 'tangent_gama' of layer_norm; did you mean "
       "'tangent_gamma'?"},
      {"direction: jvp\n  inputs: {tangent_gamma: 1}",
       "6:27: layer_norm: tangent_gamma: is given, but gamma is not"},
      {"dtype: {x: float32, dy: float32}",
       "5:23: input 'dy' belongs to direction vjp, which the case does not have"},
      {"op: group_norm\n  inputs: {x: [[1, 2]]}",
       "4:3: group_norm: groups: is required and has no default"},
      {"op: group_norm\n  attributes: {groups: 3}\n  inputs: {x: [[1, 2]]}",
       "6:24: group_norm: groups: 3 does not divide the 2 channels of an x of shape "
       "[1, "
       "2]"},
      {"op: lp_normalize\n  attributes: {p: 3}",
       "6:19: unknown p '3'; known: 1, 2, inf"},
      {"op: lp_normalize\n  attributes: {dim: [0]}",
       "6:21: dim must be an integer, not a list"},
      {"op: lp_normalize\n  attributes: {p: inf, eps_mode: inside}",
       "6:34: lp_normalize: eps_mode: inside needs p = 2"},
      {"direction: backward",
       "5:14: unknown direction 'backward'; known: forward, vjp, jvp"},
      {"direction: [forward, forward]", "5:24: direction forward is named twice"},
      {"direction: []", "5:14: direction must not be an empty list"},
      {"dialect: torch", "5:12: unknown dialect 'torch'; did you mean 'pytorch'?"},
      {"attributes: [eps]", "5:15: attributes must be a map, not a list"},
      {"attributes: {epsilom: 1}",
       "5:16: unknown attribute 'epsilom' of layer_norm; did you mean 'eps'?"},
      {"attributes: {eps: abc}", "5:21: eps must be a number, not 'abc'"},
      {"attributes: {eps: '1e-6'}", "5:21: eps must be a number, not the text '1e-6'"},
      {"attributes: {eps: nan}", "5:21: eps must be a finite number, not 'nan'"},
      {"attributes: {eps: 1e400}", "5:21: eps: '1e400' is out of the range of float64"},
      {"attributes: {eps: 1e999999999}",
       "5:21: eps: '1e999999999' is too long, or its exponent out of range"},
      {"attributes: {eps: 1/0}", "5:21: eps must be a number, not '1/0'"},
      {"attributes: {eps: [1]}", "5:21: eps must be a number, not a list"},
      {"attributes: {axes: -1}", "5:22: axes must be a list of integers, not '-1'"},
      {"attributes: {axes: [0.5]}",
       "5:23: axes: an item must be an integer, not '0.5'"},
      {"attributes: {axes: [1]}",
       "5:22: layer_norm: axes: axis 1 does not exist in an x of rank 1"},
      {"attributes: {axes: [0, -1]}", "5:22: layer_norm: axes: axis -1 is named twice"},
      {"attributes: {eps_mode: outsid}",
       "5:26: unknown eps_mode 'outsid'; did you mean 'outside'?"},
      {"attributes: {gamma_offset: 2}",
       "5:30: layer_norm: gamma_offset: '2' is none of 0, 1"},
      {"attributes: {gamma_offset: 99999999999999999999}",
       "5:30: gamma_offset must be an integer of 64 bits, not '99999999999999999999'"},
      {"attributes: {round_normalized: no}",
       "5:34: round_normalized must be true or false, not 'no'"},
      {"dialect: onnx\n  attributes: {eps: 1e39}",
       "6:21: eps: '1e39' is out of the range of float32"},
      {"outputs: y", "5:12: outputs must be a list of names, or all, not 'y'"},
      {"outputs: [y, y]", "5:16: output 'y' is named twice"},
      {"outputs: [z]", "5:13: unknown output 'z' of layer_norm; known: y, mean, rstd"},
      {"outputs: []",
       "5:12: outputs must be a list of names, or all, not an empty list"},
      {"tolerance: 4", "5:14: tolerance must be a map, not '4'"},
      {"tolerance: {ulps: 4}", "5:15: unknown key 'ulps'; did you mean 'ulp'?"},
      {"tolerance: {ulp: -1}", "5:20: ulp must be at least 0 and finite, not '-1'"},
      {"tolerance: {ulp: inf}", "5:20: ulp must be a finite number, not 'inf'"},
      {"tolerance: {ulp: 1, y: {ulp: 2}}", "5:23: tolerance mixes limits with outputs"},
      {"tolerance: {y: {ulq: 1}}", "5:19: unknown key 'ulq'; did you mean 'ulp'?"},
      {"tolerance: {yy: {ulp: 1}}",
       "5:15: unknown output 'yy' of layer_norm; did you mean 'y'?"},
      {"tolerance: {flush_to_zero: yes}",
       "5:30: flush_to_zero must be true or false, not 'yes'"},
      {"catches: [eps_outside_sqr]",
       "5:13: unknown mutant 'eps_outside_sqr'; did you mean 'eps_outside_sqrt'?"},
      {"catches: eps_outside_sqrt",
       "5:12: catches must be a list of words, not 'eps_outside_sqrt'"},
      {"bug: {sorce: a}", "5:9: unknown key 'sorce'; did you mean 'source'?"},
      {"bug: {symptom: wrong}",
       "5:18: unknown symptom 'wrong'; did you mean 'wrong_value'?"},
      {"bug: {libraries: torch}",
       "5:20: libraries must be a list of words, not 'torch'"},
      {"known: {runner: torch}", "5:10: known must be a list of maps, not a map"},
      {"known: [{runner: torch}]", "5:11: an item of known needs because"},
      {"known: [{because: x}]", "5:11: an item of known needs runner"},
      {"known: [{runner: t, because: b, version: '2.1'}]",
       "5:44: version must be comparisons such as \">=2.1,<2.14\", not '2.1'"},
      {"known: [{runner: t, because: b, dtype: half}]",
       "5:42: unknown dtype 'half'; known: float8_e4m3fn, float8_e5m2, float16, "
       "bfloat16, float32, float64"},
      {"known: [{runner: t, because: b, output: z, verdict: pass, excess: -1}]",
       "5:43: unknown output 'z' of layer_norm; known: y, mean, rstd\n"
       "5:55: unknown verdict 'pass'; known: fail, crashed, timed_out, out_of_memory, "
       "protocol_error, runner_error\n5:69: excess must be at least 0 and finite, not "
       "'-1'"},
      {"known: [{runner: t, because: b, reason: c}]",
       "5:35: unknown key 'reason'; known: runner, version, dtype, direction, output, "
       "verdict, excess, link, because"},
      {"known: [3]", "5:11: an item of known must be a map, not '3'"},
      {"tags: full", "5:9: tags must be a list of words, not 'full'"},
      {"tags: [1]", "5:10: an item of tags must be text (in quotes), not '1'"},
      {"compute: float",
       "5:12: unknown compute dtype 'float'; did you mean 'float16'?"},
      {"zero_gradient: 1", "5:18: zero_gradient must be true or false, not '1'"},
      {"tag: [full]", "5:3: unknown key 'tag'; did you mean 'tags'?"},
      {"op: rms_norm", "4:3: rms_norm: eps: is required and has no default"},
      {"about: a\n  about: b", "6:3: the key 'about' stands already at line 5"},
      {"op:", "4:3: the case has no 'op'"},
      {"case: b", "5:3: the key 'case' stands already at line 4"},
      {"inputs: {x: [1, 2], gamma: [1, 2, 3]}",
       "5:30: layer_norm: gamma: has shape [3] but x of shape [2] needs [2]"},
      {"inputs: {y: 1}",
       "5:12: unknown input 'y' of layer_norm; known: x, gamma, beta"},
      {"inputs: [1]", "5:11: inputs must be a map, not a list"},
      {"op: batch_norm_inference\n  inputs: {x: [[1, 2]], mean: 0}",
       "4:3: batch_norm_inference: variance: is required"},
      {"op: batch_norm_inference\n  inputs: {x: [1, 2], mean: 0, variance: 1}",
       "6:15: batch_norm_inference: x: has shape [2] but (N, C, ...) is needed"},
  }));
  CAPTURE(malformed.text);
  CHECK(complaints(read(case_file(malformed.text))) == as_printed(malformed.expected));
}

TEST_CASE("a malformed tensor gets a place and a reason") {
  const Malformed malformed = GENERATE(values<Malformed>({
      {"", "6:5: layer_norm: x: is required"},
      {"hello", "6:8: x must be a number, not 'hello'"},
      {"'1'", "6:8: x must be a number, not the text '1'"},
      {"[1, [2]]", "6:12: an element of x must be a number, not a list"},
      {"[[1, 2], [3]]", "6:17: x is ragged: a list of 2 expected here, not one of 1"},
      {"[[1, 2], 3]", "6:17: x is ragged: a list of 2 expected here, not '3'"},
      {"[1, a]", "6:12: an element of x must be a number, not 'a'"},
      {"[1, 70000]",
       "6:12: x: element 1 is finite but rounds to an infinity in float16"},
      {"[0x1.8]",
       "6:9: an element of x must be a number (in hexadecimal one such as 0x1.8p-3), "
       "not '0x1.8'"},
      {"1e999999999",
       "6:8: x: '1e999999999' is too long, or its exponent out of range"},
      {"{shape: [2]}",
       "6:8: x: needs one of fill, linspace, random, bits, pattern and "
       "file"},
      {"{shape: [2], fil: 1}",
       "6:8: x: needs one of fill, linspace, random, bits, pattern and file\n6:21: "
       "unknown "
       "key 'fil'; did you mean 'fill'?"},
      {"{fill: 1}", "6:8: x: needs a shape"},
      {"{shape: [2], fill: 1, random: normal}", "6:8: x: has both fill and random"},
      {"{shape: 2, fill: 1}", "6:16: x: shape must be a list of integers, not '2'"},
      {"{shape: [-1], fill: 1}", "6:16: x: a dimension is negative"},
      {"{shape: [1.5], fill: 1}",
       "6:17: x: shape: an item must be an integer, not '1.5'"},
      {"{shape: [1000000, 1000000], fill: 0}",
       "6:16: x: has more than 268435456 elements"},
      {"{shape: [9223372036854775807, 9223372036854775807], fill: 0}",
       "6:16: x: has more than 268435456 elements"},
      {"{shape: [16385, 16384], fill: 0}", "6:16: x: has more than 268435456 elements"},
      {"{shape: "
       "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
       "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], fill: 0}",
       "6:16: x: has more than 64 dimensions"},
      {"{shape: [2], linspace: [1]}",
       "6:31: x: linspace must be a list of 2, [first, last], not one of 1"},
      {"{shape: [2], linspace: [0, inf]}",
       "6:35: x: last must be a finite number, not 'inf'"},
      {"{shape: [2], random: gaussian}",
       "6:29: unknown kind of random 'gaussian'; known: normal, uniform, log_uniform, "
       "bits"},
      {"{shape: [2], random: normal, low: 1}",
       "6:37: unknown key 'low'; known: random, seed, mean, std, shape, times, plus, "
       "set"},
      {"{shape: [2], random: normal, seed: -1}",
       "6:43: x: seed must be an integer from 0 to 2^64 - 1, not '-1'"},
      {"{shape: [2], random: normal, std: nan}",
       "6:42: x: std must be a finite number, not 'nan'"},
      {"{shape: [2], random: log_uniform}",
       "6:8: x: log_uniform needs the exponents low and high"},
      {"{shape: [2], random: log_uniform, low: 3, high: 2}",
       "6:47: x: needs -5000 <= low <= high <= 5000"},
      {"{shape: [2], random: log_uniform, low: 0, high: 99999}",
       "6:47: x: needs -5000 <= low <= high <= 5000"},
      {"{shape: [2], random: bits, nonfinite: 1}",
       "6:46: x: nonfinite must be true or false, not '1'"},
      {"{shape: [2], random: uniform, low: 0, high: 1e6}",
       "6:8: x: element 0 is finite but rounds to an infinity in float16"},
      {"{shape: [2], bits: [1, 2]}",
       "6:8: x: bits mean one thing in one dtype, but the case has several"},
      {"{shape: [2], bits: [1]}", "6:27: x: 1 bit patterns for 2 elements"},
      {"{shape: [1], bits: [-1]}",
       "6:28: x: an item of bits must be an integer from 0 to 2^64 - 1, not '-1'"},
      {"{shape: [2], bits: 3}", "6:27: x: bits must be a list of integers, not '3'"},
      {"{shape: [2], pattern: spikes}",
       "6:30: unknown pattern 'spikes'; did you mean 'spike'?"},
      {"{shape: [2], pattern: spike}", "6:8: x: spike needs a value"},
      {"{shape: [2], pattern: spike, value: 1, at: 2}",
       "6:51: x: element 2 of 2 does not exist"},
      {"{shape: [2], pattern: alternating, value: inf}",
       "6:50: x: value must be a finite number, not 'inf'"},
      {"{shape: [2], pattern: constant, value: 1, base: 0}",
       "6:50: unknown key 'base'; known: pattern, value, shape, times, plus, set"},
      {"{shape: [2], fill: 1, times: inf}",
       "6:37: x: times must be a finite number, not 'inf'"},
      {"{shape: [2], fill: 1, plus: [1]}",
       "6:36: x: plus must be a number, not a list"},
      {"{shape: [2], fill: 1, set: 3}",
       "6:35: x: set must be a list of {at, to}, not '3'"},
      {"{shape: [2], fill: 1, set: [{at: [2], to: 1}]}",
       "6:41: x: [2] is no element of shape [2]"},
      {"{shape: [2], fill: 1, set: [{at: [0, 0], to: 1}]}",
       "6:41: x: [0, 0] is no element of shape [2]"},
      {"{shape: [2], fill: 1, set: [{at: [0]}]}",
       "6:36: x: an item of set needs at and to"},
      {"{shape: [2], fill: 1, set: [{at: [0], too: 1}]}",
       "6:36: x: an item of set needs at and to\n6:46: unknown key 'too'; did you mean "
       "'to'?"},
      {"{shape: [2], fill: 1, set: [{at: 0, to: 1}]}",
       "6:41: x: at must be a list of integers, not '0'"},
      {"{shape: [2], fill: 1, set: [{at: [0], to: 1e6}]}",
       "6:36: x: element 0 is finite but rounds to an infinity in float16"},
      {"{file: x.npy}",
       "6:15: x: x.npy: this text stands in no folder, so it can name no file"},
      {"{shape: [4611686018427387904, 4, 0], fill: 1}",
       "6:16: x: has more than 268435456 elements"},
      {"{shape: [2], fill: 65519.99, plus: 0.01}",
       "6:8: x: element 0 is finite but rounds to an infinity in float16"},
      {"{shape: [3], fill: 1, times: 1, tims: 2}",
       "6:40: unknown key 'tims'; did you mean 'times'?"},
  }));
  CAPTURE(malformed.text);
  CHECK(complaints(read(tensor_file(malformed.text))) ==
        as_printed(malformed.expected));
}

TEST_CASE("what an 8-bit format cannot hold gets a place and a reason") {
  const auto complaint = [](const std::string& x) {
    return complaints(read(tensor_file(x, "float8_e4m3fn")));
  };
  CHECK(complaint("[448, -464]").empty());
  CHECK(complaint("[1, 464.5]") ==
        "f.yaml:6:12: error: x: element 1 is finite but rounds to NaN in "
        "float8_e4m3fn\n");
  CHECK(complaint("[-inf, 1]") ==
        "f.yaml:6:9: error: x: element 0 is no value of float8_e4m3fn\n");
  CHECK(complaints(read(tensor_file("[inf, 57344]", "float8_e5m2"))).empty());
}

TEST_CASE("a NUL byte is no text") {
  CHECK(complaints(read(std::string("truenorm: 1\0", 12))) ==
        "f.yaml:1:12: error: a control character stands here, U+0000\n");
}

TEST_CASE("all errors of a file are told at once, in the order of their places") {
  const Reading reading = read(
      "truenorm: 1\n"
      "defaults: {dtyp: float32}\n"
      "cases:\n"
      "- case: b\n"
      "  op: rms_norm\n"
      "  dtype: float32\n"
      "  tags: 3\n"
      "  attributes: {eps: x}\n"
      "  inputs: {x: [1, 2], gamma: [q, 1]}\n"
      "- case: a\n"
      "  op: layer_norm\n"
      "  dtype: float32\n"
      "  inputs: {x: [1, 2]}\n"
      "- case: C\n");
  CHECK(complaints(reading) ==
        "f.yaml:2:12: error: unknown key 'dtyp'; did you mean 'dtype'?\n"
        "f.yaml:7:9: error: tags must be a list of words, not '3'\n"
        "f.yaml:8:21: error: eps must be a number, not 'x'\n"
        "f.yaml:9:31: error: an element of gamma must be a number, not 'q'\n"
        "f.yaml:14:3: error: the case has no 'op'\n"
        "f.yaml:14:3: error: the case has no 'dtype'\n"
        "f.yaml:14:9: error: a case's name is 1 to 60 of a-z, 0-9 and -, not 'C'\n");
  REQUIRE(reading.tests.size() == 1);
  CHECK(reading.tests.front().name == "f.yaml#a[float32,forward]");
}

TEST_CASE("a problem that every expansion of a case has is told once") {
  CHECK(complaints(read(tensor_file("[1, 2]\n    gamma: [1]", "[float32, float64]"))) ==
        "f.yaml:7:12: error: layer_norm: gamma: has shape [1] but x of shape [2] needs "
        "[2]\n");
}

TEST_CASE("a number that overflows in two dtypes is told for each") {
  CHECK(
      complaints(read(tensor_file("1e99", "[float16, float32, float64]"))) ==
      "f.yaml:6:8: error: x: element 0 is finite but rounds to an infinity in float16\n"
      "f.yaml:6:8: error: x: element 0 is finite but rounds to an infinity in "
      "float32\n");
}

TEST_CASE("a mistake in defaults is told though every case replaces it") {
  CHECK(
      complaints(read("truenorm: 1\n"
                      "defaults:\n"
                      "  dtype: float17\n"
                      "  op: layer_nrm\n"
                      "  attributes: {epz: 1, groups: many}\n"
                      "  inputs: {gamm: 1, beta: word}\n"
                      "  outputs: [z]\n"
                      "cases:\n"
                      "- {case: a, op: layer_norm, dtype: float32, attributes: null,\n"
                      "   inputs: null, outputs: all}\n")) ==
      "f.yaml:3:10: error: unknown dtype 'float17'; did you mean 'float16'?\n"
      "f.yaml:4:7: error: unknown op 'layer_nrm'; did you mean 'layer_norm'?\n"
      "f.yaml:5:16: error: unknown attribute 'epz'; did you mean 'eps'?\n"
      "f.yaml:5:32: error: groups must be an integer, not 'many'\n"
      "f.yaml:6:12: error: unknown input 'gamm'; did you mean 'gamma'?\n"
      "f.yaml:6:27: error: beta must be a number, not 'word'\n"
      "f.yaml:7:13: error: unknown output 'z'\n"
      "f.yaml:9:3: error: layer_norm: x: is required\n");
}

TEST_CASE("defaults may have what is of another operator than theirs") {
  CHECK(complaints(
            read("truenorm: 1\n"
                 "defaults: {op: layer_norm, dtype: float32, attributes: {groups: 2}}\n"
                 "cases:\n"
                 "- {case: a, op: group_norm, inputs: {x: [[1, 2]]}}\n"))
            .empty());
}

TEST_CASE("operators that share an attribute agree on its kind") {
  for (const OperatorSpec& op : operators()) {
    for (const AttributeSpec& spec : op.attributes) {
      for (const OperatorSpec& other : operators()) {
        const AttributeSpec* shared = other.find_attribute(spec.name);
        if (shared == nullptr) continue;
        CAPTURE(op.name, other.name, spec.name);
        CHECK(shared->kind == spec.kind);
        CHECK(shared->choices == spec.choices);
      }
    }
  }
}

}  // namespace
}  // namespace truenorm
