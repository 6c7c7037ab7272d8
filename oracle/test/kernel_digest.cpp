// SPDX-License-Identifier: Apache-2.0
// Random chunks through every kernel, in the order in which a group's filter calls them.
#include "oracle/test/kernel_digest.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>

#include "oracle/histogram.hpp"
#include "oracle/test/digest.hpp"

namespace truenorm::twin {
namespace {

using filter::chunk_size;
using Values = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The digests by kernel, in the order in which they are first asked for.
class Digests {
 public:
  Digest& of(std::string_view kernel) {
    for (auto& [name, digest] : digests_) {
      if (name == kernel) return *digest;
    }
    digests_.emplace_back(kernel, std::make_unique<Digest>());
    return *digests_.back().second;
  }
  [[nodiscard]] std::vector<KernelDigest> list() const {
    std::vector<KernelDigest> list;
    for (const auto& [name, digest] : digests_) list.push_back({name, digest->value()});
    return list;
  }

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Digest>>> digests_;
};

double on_binade(Dice& dice, std::int64_t exponent) {
  return dice.sign() * std::ldexp(1 + dice.unit(), static_cast<int>(exponent));
}

Values draw_values(Dice& dice, std::size_t count, double padding) {
  Values values(chunk_size, padding);
  const std::int64_t tame = dice.between(-30, 30);
  const double offset = on_binade(dice, tame + dice.between(-3, 20));
  const std::int64_t kind = dice.between(0, 9);
  const bool is_float32 = dice.one_in(2);
  for (std::size_t i = 0; i < count; ++i) {
    double& value = values[i];
    switch (kind) {
      case 0:  // anywhere
        value = on_binade(dice, dice.between(-1070, 1022));
        break;
      case 1:  // subnormal
        value = std::ldexp(static_cast<double>(dice.between(-9, 9)), -1074);
        break;
      case 2:  // small integers and both zeros
        value = dice.sign() * static_cast<double>(dice.between(0, 4));
        break;
      case 3:
        value = offset;
        break;
      case 4:
        value = offset + std::ldexp(dice.normal(), static_cast<int>(tame));
        break;
      default:
        value = std::ldexp(dice.normal(), static_cast<int>(tame));
        break;
    }
    if (is_float32 && kind >= 2) value = static_cast<float>(value);
  }
  // What must not be settled, nor come to more than a single sum.
  if (dice.one_in(8)) {
    const std::array<double, 4> specials{infinity, -infinity, -0.0,
                                         std::numeric_limits<double>::quiet_NaN()};
    values[dice.bits() % count] = dice.among(specials);
  }
  return values;
}

std::size_t draw_count(Dice& dice) {
  const std::array<std::int64_t, 3> largest{17, 130, chunk_size};
  return static_cast<std::size_t>(dice.between(1, dice.among(largest)));
}

/// A group of one to three chunks, as its filter would hold it.
struct Group {
  std::vector<std::size_t> counts;
  std::vector<Values> x;
  Values gamma;
  Values beta;
  Values v;
  Values tangent_gamma;
  filter::GroupForm form;
};

Group draw_group(Dice& dice, double padding) {
  Group group;
  const std::int64_t chunks = dice.one_in(4) ? dice.between(2, 3) : 1;
  for (std::int64_t k = 0; k < chunks; ++k) {
    group.counts.push_back(k + 1 < chunks ? chunk_size : draw_count(dice));
    group.x.push_back(draw_values(dice, group.counts.back(), padding));
    group.form.size += static_cast<double>(group.counts.back());
  }
  const std::size_t count = group.counts.back();
  group.gamma = draw_values(dice, count, padding);
  group.beta = draw_values(dice, count, padding);
  group.v = draw_values(dice, count, padding);
  group.tangent_gamma = draw_values(dice, count, padding);

  filter::GroupForm& form = group.form;
  form.location =
      dice.among(std::array{Location::mean, Location::mean, Location::none});
  form.spread = dice.among(std::array{Spread::variance, Spread::mean_square,
                                      Spread::sum_square, Spread::sum_power});
  form.power = form.spread == Spread::sum_power
                   ? dice.among(std::array{Power::one, Power::two, Power::infinity})
                   : Power::two;
  form.eps_mode = dice.among(std::array{EpsMode::inside, EpsMode::outside,
                                        EpsMode::floor, EpsMode::floor_inside});
  form.divisor = std::max(1.0, form.size - static_cast<double>(dice.between(0, 1)));
  form.eps = draw_word(dice, -40, 0);
  form.eps = {std::fabs(form.eps.hi), std::copysign(form.eps.lo, form.eps.hi)};
  form.unit_roundoff = 0x1p-24;
  return group;
}

/// What the group's filter makes of the statistics.
filter::GroupConstants draw_constants(Dice& dice, const filter::GroupStatistics& group,
                                      double reference) {
  filter::GroupConstants constants;
  constants.reference = reference;
  constants.shift = group.shift.value;
  constants.shift_error = group.shift.error;
  constants.reciprocal = group.reciprocal.value;
  constants.reciprocal_error = group.reciprocal.error / group.reciprocal.value.hi;
  constants.unscale = dice.one_in(4) ? 0x1p-600 : 1;
  constants.gamma_offset = dice.between(0, 1);
  constants.is_narrow = dice.one_in(2);
  constants.of_x = std::fabs(constants.reciprocal.hi) * dice.unit();
  constants.of_mean = dice.unit();
  constants.rho = dice.unit() * 4;
  constants.cap = dice.one_in(2) ? 2 : 0x1p1000;
  constants.plain_sensitivity = dice.one_in(8) ? 4 : 0;
  constants.unit_roundoff = 0x1p-24;
  constants.is_given = dice.one_in(4);
  constants.kappa = dice.unit();
  constants.of_variance_sensitivity = dice.unit();
  return constants;
}

void add_chunk(Digest& digest, const filter::SettledChunk& chunk, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    digest.add(chunk.is_settled(i));
    if (!chunk.is_settled(i)) continue;
    digest.add(chunk.rounded[i]);
    digest.add(chunk.tail[i]);
    digest.add(chunk.ulp[i]);
  }
}

void add_noted(Digest& digest, const filter::NotedElement* elements,
               std::size_t count) {
  digest.add(std::uint64_t{count});
  for (const filter::NotedElement& element : std::span(elements, count)) {
    digest.add(std::uint64_t{element.i});
    for (const double value :
         {element.rounded, element.tail, element.ulp, element.sensitivity,
          element.extra, element.actual, element.error_ulps, element.excess}) {
      digest.add(value);
    }
    digest.add(element.is_blind);
  }
}

void add_scores(Digest& digest, const filter::ChunkScoring& scoring,
                const filter::LaneTally& tally, const std::vector<std::int64_t>& bins) {
  digest.add(std::uint64_t{scoring.unsettled_count});
  for (std::size_t k = 0; k < scoring.unsettled_count; ++k) {
    digest.add(std::uint64_t{scoring.unsettled[k]});
  }
  add_noted(digest, scoring.odd.data(), scoring.odd_count);
  add_noted(digest, scoring.notable.data(), scoring.notable_count);
  digest.add(tally.errors.data(), tally.errors.size());
  digest.add(tally.magnitudes.data(), tally.magnitudes.size());
  digest.add(tally.excesses.data(), tally.excesses.size());
  digest.add(tally.largest_error);
  digest.add(tally.largest_excess);
  digest.add(tally.precision);
  digest.add(tally.finest);
  digest.add(tally.shows_no_precision);
  digest.add(tally.passes);
  for (const std::int64_t number : {tally.count, tally.exact, tally.correctly_rounded,
                                    tally.faithful, tally.blind}) {
    digest.add(static_cast<std::uint64_t>(number));
  }
  for (std::size_t k = 0; k < bins.size(); ++k) {
    if (bins[k] == 0) continue;
    digest.add(std::uint64_t{k});
    digest.add(static_cast<std::uint64_t>(bins[k]));
  }
}

/// Settles a chunk, then scores answers near its truth.
void settle_and_score(Dice& dice, const filter::Kernels& kernels,
                      filter::ElementKind kind, const filter::ElementArrays& elements,
                      const filter::GroupConstants& constants, const Format& format,
                      double padding, Digest& settled, Digest& scored) {
  const filter::RoundingGrid grid(format);
  const auto chunk = std::make_unique<filter::SettledChunk>();
  kernels.settle(kind, elements, constants, grid, *chunk);
  add_chunk(settled, *chunk, elements.count);

  Values actual(chunk_size, padding);
  for (std::size_t i = 0; i < elements.count; ++i) {
    const double steps = dice.one_in(2) ? 0 : static_cast<double>(dice.between(-2, 2));
    actual[i] = dice.one_in(50)         ? draw_values(dice, 1, padding)[0]
                : !chunk->is_settled(i) ? 1
                                        : chunk->rounded[i] + steps * chunk->ulp[i];
  }
  Histogram histogram;
  const auto scoring = std::make_unique<filter::ChunkScoring>();
  scoring->actual = actual.data();
  scoring->limit_ulps = 2;
  scoring->limit_excess = dice.one_in(2) ? 1 : infinity;
  scoring->flushes_to_zero = dice.one_in(2);
  scoring->unit_roundoff = constants.unit_roundoff;
  scoring->bins = histogram.window();
  scoring->notable_excess = dice.unit();
  filter::LaneTally tally;
  kernels.score(kind, elements, constants, grid, *scoring, tally);
  constexpr std::size_t bin_count = 2 * Histogram::window_exponent * 64;
  add_scores(scored, *scoring, tally, {scoring->bins, scoring->bins + bin_count});
}

void add_elements(Dice& dice, const filter::Kernels& kernels, const Group& group,
                  const filter::GroupConstants& constants, double padding,
                  Digests& digests) {
  filter::ElementArrays elements;
  elements.count = group.counts.back();
  elements.x = group.x.back().data();
  if (!dice.one_in(4)) elements.gamma = group.gamma.data();
  const Format format = dice.among(
      std::array{float16, bfloat16, float32, float32, float64, float8_e4m3fn});
  const auto add = [&](filter::ElementKind kind, std::string_view name,
                       const filter::ElementArrays& arrays) {
    Digest& settled = digests.of("settle." + std::string(name));
    settle_and_score(dice, kernels, kind, arrays, constants, format, padding, settled,
                     digests.of("score." + std::string(name)));
  };
  filter::ElementArrays outputs = elements;
  if (!dice.one_in(4)) outputs.beta = group.beta.data();
  add(filter::ElementKind::y, "y", outputs);
  add(filter::ElementKind::rounded_y, "rounded_y", outputs);
  elements.v = group.v.data();
  add(filter::ElementKind::dx, "dx", elements);
  add(filter::ElementKind::dgamma, "dgamma", elements);
  add(filter::ElementKind::dbeta, "dbeta", elements);
  if (!dice.one_in(4)) elements.tangent_gamma = group.tangent_gamma.data();
  if (!dice.one_in(4)) elements.tangent_beta = group.beta.data();
  if (dice.one_in(4)) elements.v = nullptr;
  add(filter::ElementKind::tangent_y, "tangent_y", elements);
}

void add_gradients(const filter::Kernels& kernels, const Group& group,
                   const filter::GroupConstants& constants, Digests& digests) {
  filter::ElementArrays elements;
  elements.count = group.counts.back();
  elements.x = group.x.back().data();
  elements.v = group.v.data();
  std::array<Values, 8> arrays;
  arrays.fill(Values(chunk_size, 0));
  const filter::GradientArrays terms{arrays[0].data(), arrays[1].data(),
                                     arrays[2].data(), arrays[3].data()};
  const filter::GradientArrays totals{arrays[4].data(), arrays[5].data(),
                                      arrays[6].data(), arrays[7].data()};
  const auto add_all = [&](Digest& digest, std::size_t first, std::size_t count) {
    for (std::size_t k = first; k < first + 4; ++k) digest.add(arrays[k], count);
  };
  for (const auto kind : {filter::GradientKind::dbeta, filter::GradientKind::dgamma}) {
    std::array<std::uint8_t, chunk_size / 8> capped{};
    Digest& digest = digests.of("gradient_terms");
    digest.add(kernels.gradient_terms(kind, elements, constants, terms, capped.data()));
    for (const std::uint8_t byte : capped) digest.add(std::uint64_t{byte});
    add_all(digest, 0, elements.count);
    kernels.add_terms(terms, elements.count, totals);
    add_all(digests.of("add_terms"), 4, elements.count);
    kernels.sum_terms(terms, elements.count, totals);
    add_all(digests.of("sum_terms"), 4, 1);
    digests.of("gradient_of")
        .add(kernels.gradient_of(arrays[4][0], arrays[5][0], arrays[6][0]));
  }
}

void add_quantities(Dice& dice, const filter::Kernels& kernels, const Group& group,
                    const filter::GroupStatistics& statistics,
                    const filter::GroupConstants& constants,
                    const filter::ProductSums& products, Digests& digests) {
  filter::QuantityInputs inputs;
  inputs.gamma = group.gamma[0];
  inputs.gamma_offset = constants.gamma_offset;
  inputs.beta = group.beta[0];
  inputs.has_beta = dice.one_in(2);
  inputs.old_value = group.v[0];
  inputs.momentum = {0.1, 0x1p-60};
  inputs.one_minus_momentum = {0.9, -0x1p-60};
  inputs.stores_unbiased = dice.one_in(2);
  for (const Quantity quantity :
       {Quantity::mean, Quantity::variance, Quantity::rstd, Quantity::norm,
        Quantity::scale, Quantity::offset, Quantity::running_mean,
        Quantity::running_variance, Quantity::dmean, Quantity::dvariance}) {
    const filter::Bounded value =
        kernels.quantity(quantity, group.form, statistics, constants, products, inputs);
    digests.of("quantity").add(value);
    const filter::RoundingGrid grid(dice.among(std::array{float16, float32, float64}));
    const filter::SettledNumber number = kernels.settle_number(value, grid);
    Digest& digest = digests.of("settle_number");
    digest.add(number.is_settled);
    if (!number.is_settled) continue;
    digest.add(number.rounded);
    digest.add(number.tail);
    digest.add(number.ulp);
  }
}

void add_constants(Digest& digest, const filter::GroupConstants& constants) {
  digest.add(constants.mean_of_v);
  digest.add(constants.projection);
  digest.add(constants.spread_of_v);
  digest.add(constants.products_of_v);
  digest.add(constants.projection_of_v);
  digest.add(constants.of_variance);
  digest.add(constants.is_capped);
}

void add_group(Dice& dice, const filter::Kernels& kernels, double padding,
               Digests& digests) {
  const Group group = draw_group(dice, padding);
  filter::RoughSums rough;
  for (std::size_t k = 0; k < group.x.size(); ++k) {
    kernels.rough(group.x[k].data(), group.counts[k], rough);
  }
  Digest& of_rough = digests.of("rough");
  for (const double value :
       {rough.low, rough.high, rough.sum, rough.magnitudes, rough.squares}) {
    of_rough.add(value);
  }
  const double mean = rough.low == rough.high ? rough.low : rough.sum / group.form.size;
  const double reference = group.form.location == Location::mean ? mean : 0;
  filter::CentralSums central;
  for (std::size_t k = 0; k < group.x.size(); ++k) {
    kernels.central(group.x[k].data(), group.counts[k], group.form, reference, central);
  }
  digests.of("central").add(central.differences);
  digests.of("central").add(central.squares);
  filter::GroupStatistics statistics;
  kernels.statistics(group.form, rough, central, {}, statistics);
  Digest& of_statistics = digests.of("statistics");
  of_statistics.add(statistics.is_usable);
  of_statistics.add(statistics.has_root_share);
  for (const filter::Bounded& number :
       {statistics.shift, statistics.spread, statistics.scale, statistics.reciprocal,
        statistics.root_share}) {
    of_statistics.add(number);
  }

  filter::GroupConstants constants = draw_constants(dice, statistics, reference);
  filter::SpreadSums spread;
  filter::ProductSums products;
  filter::ElementArrays elements;
  elements.count = group.counts.back();
  elements.x = group.x.back().data();
  elements.v = group.v.data();
  if (!dice.one_in(4)) elements.gamma = group.gamma.data();
  kernels.spread(elements.x, elements.count, constants, spread);
  digests.of("spread").add(spread.products);
  digests.of("spread").add(spread.deviations);
  kernels.products(elements, constants, products);
  Digest& of_products = digests.of("products");
  of_products.add(products.v);
  of_products.add(products.moments);
  of_products.add(products.errors);
  of_products.add(products.low);
  of_products.add(products.high);
  for (const bool flag :
       {products.is_capped, products.has_rests, products.loses_bits}) {
    of_products.add(flag);
  }
  kernels.share_products(group.form, statistics, products, constants);
  add_constants(digests.of("share_products"), constants);
  if (constants.is_given) {
    kernels.share_given_tangents(statistics, group.v[0], group.gamma[0], constants);
    add_constants(digests.of("share_given_tangents"), constants);
  }
  add_quantities(dice, kernels, group, statistics, constants, products, digests);
  add_elements(dice, kernels, group, constants, padding, digests);
  add_gradients(kernels, group, constants, digests);
}

void add_decoded(Dice& dice, const filter::Kernels& kernels, double padding,
                 Digests& digests) {
  std::array<std::byte, chunk_size * sizeof(double)> bytes{};
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(dice.bits() & 0xff);
  for (const Format& format : formats()) {
    const std::size_t count = draw_count(dice);
    Values values(chunk_size, padding);
    kernels.decode(format, bytes.data(), count, values.data());
    digests.of("decode").add(values, count);
  }
}

}  // namespace

std::vector<KernelDigest> kernel_digests(const filter::Kernels& kernels,
                                         std::size_t rounds, double padding) {
  Digests digests;
  for (std::size_t round = 0; round < rounds; ++round) {
    Dice dice(round);
    add_decoded(dice, kernels, padding, digests);
    add_group(dice, kernels, padding, digests);
  }
  return digests.list();
}

}  // namespace truenorm::twin
