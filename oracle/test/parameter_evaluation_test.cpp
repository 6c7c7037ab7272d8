// SPDX-License-Identifier: Apache-2.0
// Digits of many gradients at once are those of each by itself.
#include "oracle/parameter_evaluation.hpp"

#include "oracle/test/catch.hpp"
#include "oracle/test/random_question.hpp"

namespace truenorm {
namespace {

std::vector<ElementPlace> all_places(const Evaluation& evaluation) {
  std::vector<ElementPlace> places;
  // Last parameters first: the order in which they are asked for is free.
  for (std::int64_t block = evaluation.blocks(); block-- > 0;) {
    places.push_back({block, 0});
  }
  return places;
}

}  // namespace

TEST_CASE("digits of gradients over groups do not depend on how many are asked for") {
  std::int64_t compared = 0;
  std::int64_t specials = 0;
  for (const char* op : {"layer_norm", "rms_norm", "group_norm", "instance_norm",
                         "batch_norm", "batch_norm_inference"}) {
    for (const twin::Content content :
         {twin::Content::finite, twin::Content::special}) {
      for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Question question =
            twin::random_question(seed, float32, content, op, Direction::vjp);
        const CanonicalForm form = lower(question);
        CAPTURE(twin::text_of(question));
        for (const char* output : {"dgamma", "dbeta"}) {
          const auto names = question.outputs();
          if (std::find(names.begin(), names.end(), output) == names.end()) continue;
          const auto evaluation =
              evaluate(question, form, quantity_of(question, output), 0);
          const std::vector<ElementPlace> places = all_places(*evaluation);
          const std::vector<std::string> together = evaluation->decimals(places);
          REQUIRE(together.size() == places.size());
          for (std::size_t k = 0; k < places.size(); ++k) {
            evaluation->load(places[k].block);
            CHECK(together[k] == evaluation->decimal(places[k].i));
            ++compared;
            specials += evaluation->value(places[k].i).is_finite() ? 0 : 1;
          }
        }
      }
    }
  }
  CHECK(compared > 1000);
  CHECK(specials > 50);
}

}  // namespace truenorm
