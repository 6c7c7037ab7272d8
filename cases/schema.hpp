// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of case files, for editors.
#pragma once

#include <string>

namespace truenorm {

/// The text of schema/case.schema.json, made from the tables that the reader reads by:
/// what the reader takes the schema takes, too. The reverse does not hold: a schema sees
/// no shapes, no rounding and no second case of the same name.
///
/// source   JSON Schema, draft 7, which the YAML language server knows
[[nodiscard]] std::string case_schema();

}  // namespace truenorm
