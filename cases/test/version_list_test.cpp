// SPDX-License-Identifier: Apache-2.0
// Version lists, and the known failures that use them.
#include "cases/version_list.hpp"

#include "cases/test_case.hpp"
#include "oracle/test/catch.hpp"

namespace truenorm {
namespace {

TEST_CASE("versions compare by their numeric components") {
  CHECK(version_matches("2.13.0", ">=2.1,<2.14"));
  CHECK(version_matches("2.13.0+cpu", ">=2.1,<2.14"));
  CHECK_FALSE(version_matches("2.14.0", ">=2.1,<2.14"));
  CHECK_FALSE(version_matches("2.0.1", ">=2.1,<2.14"));
  CHECK(version_matches("2.1", "==2.1.0"));
  CHECK(version_matches("2.1.0", ">=2.1"));
  CHECK(version_matches("2.1.1", ">2.1"));
  CHECK_FALSE(version_matches("2.1.0", ">2.1"));
  CHECK(version_matches("1.9", "<=1.10"));
  CHECK(version_matches("1.2", "!=1.3"));
  CHECK_FALSE(version_matches("1.3.0", "!=1.3"));
  CHECK(version_matches("3", " >= 2 , < 4 "));
}

TEST_CASE("what is not a numeric component is ignored") {
  CHECK(version_matches("2.14.0.dev20250101+cu128", "==2.14"));
  CHECK(version_matches("2.4rc1", "==2.4"));
  CHECK_FALSE(version_matches("unknown", ">=0"));
  CHECK_FALSE(version_matches("", ">=0"));
  CHECK(version_matches("99999999999999999999999", ">1"));
}

TEST_CASE("a version list is comparisons with dotted numbers") {
  for (const char* good : {">=2.1,<2.14", "==1", "!=1.2.3", "<2", ">2", "<=0.0.1"}) {
    CAPTURE(good);
    CHECK(is_version_list(good));
  }
  for (const char* bad : {"", "2.1", ">=", ">=2.", ">=.1", ">=2..1", ">=2.1,", ",<3",
                          "=>2", "~=2.1", ">=2.1 <3", ">=two", ">=2.1+cpu"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_version_list(bad));
  }
}

TEST_CASE("a known failure matches where every field that it has matches") {
  Known known;
  known.runner = "torch";
  CHECK(known.matches("torch", "2.1", "float32", "forward", "y"));
  CHECK(known.matches("torch:compile", "2.1", "float32", "forward", "y"));
  CHECK_FALSE(known.matches("torchlean", "2.1", "float32", "forward", "y"));
  CHECK_FALSE(known.matches("tor", "2.1", "float32", "forward", "y"));

  known.version = "<2.4";
  known.dtype = "float16";
  known.output = "rstd";
  known.direction = "forward";
  CHECK(known.matches("torch", "2.3.1", "float16", "forward", "rstd"));
  CHECK_FALSE(known.matches("torch", "2.4", "float16", "forward", "rstd"));
  CHECK_FALSE(known.matches("torch", "", "float16", "forward", "rstd"));
  CHECK_FALSE(known.matches("torch", "2.3", "float32", "forward", "rstd"));
  CHECK_FALSE(known.matches("torch", "2.3", "float16", "vjp", "rstd"));
  CHECK_FALSE(known.matches("torch", "2.3", "float16", "forward", "y"));

  known.runner = "torch:compile";
  CHECK_FALSE(known.matches("torch", "2.3", "float16", "forward", "rstd"));
}

}  // namespace
}  // namespace truenorm
