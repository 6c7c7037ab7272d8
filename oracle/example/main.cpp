// SPDX-License-Identifier: Apache-2.0
// Certifies a row of a layer_norm: its true values, and how good an answer to it is.
#include <iostream>
#include <truenorm/oracle/score.hpp>

int main() {
  using namespace truenorm;
  const std::vector<double> row{1, 2, 4, 8};
  const std::vector<double> answer{-1.0258789, -0.65283203, 0.09326172, 1.5854492};
  const Question question(*find_operator("layer_norm"), Direction::forward,
                          {{"eps", 1e-5}}, {{"x", make_tensor(float32, {4}, row)}});
  for (const std::string& y : truth_texts(question, "y")) std::cout << y << '\n';
  const Score judged = score(question, "y", make_tensor(float32, {4}, answer), {});
  std::cout << name(*judged.grade) << ": " << judged.ulp->max << " ulp, excess "
            << judged.excess->max << ", " << judged.effective_bits->bits << " bits\n";
}
