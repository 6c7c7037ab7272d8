// SPDX-License-Identifier: Apache-2.0
// The last axis varies fastest.
#include "oracle/coordinates.hpp"

namespace truenorm {

std::vector<std::int64_t> coordinates(std::int64_t index, const Shape& shape) {
  std::vector<std::int64_t> place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return place;
}

}  // namespace truenorm
