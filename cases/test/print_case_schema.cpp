// SPDX-License-Identifier: Apache-2.0
// Prints the schema that schema/case.schema.json is a copy of.
#include <fmt/core.h>

#include "cases/schema.hpp"

int main() { fmt::print("{}", truenorm::case_schema()); }
