#include "tests/differential/maker.h"

/// Values made of others, items of lists, order statistics.
namespace segue::differential {

namespace {

const Form kForms[] = {
    {"percentile",
     [](Maker& m) {
       return fmt::format("{} {} {} within {}",
                          m.random.pick({"median(order.n)", "percentile(95%, order.n)",
                                         "percentile(0%, view.n)", "percentile(25%, cart.n)"}),
                          m.compare(), m.number(), m.window());
     }},
    {"most common",
     [](Maker& m) {
       return fmt::format("most_common({}.s) {} {} within {}", m.event(),
                          m.random.pick({"=", "!="}), m.text(), m.window());
     }},
    {"lower and text",
     [](Maker& m) {
       return fmt::format("({} where {}(s) = {}) {} {}", m.event(),
                          m.random.pick({"lower", "text"}), m.text(), m.compare(), m.small());
     }},
    {"length",
     [](Maker& m) {
       return fmt::format("({} where length({}) {} {}) {} {}", m.event(),
                          m.random.pick({"s", "text(n)"}), m.compare(), m.small(), m.compare(),
                          m.small());
     }},
    {"rounded",
     [](Maker& m) {
       return fmt::format("({} where {}(n) = {}) >= 1 within {}", m.event(),
                          m.random.pick({"round", "abs"}), m.number(), m.window());
     }},
    {"number of a text",
     [](Maker& m) {
       return fmt::format("({} where number(s) {} {}) >= 1", m.event(), m.compare(), m.number());
     }},
    {"rounded aggregate",
     [](Maker& m) {
       return fmt::format("{}(avg({}.n)) {} {}", m.random.pick({"round", "abs"}), m.event(),
                          m.compare(), m.number());
     }},
    {"made of a trait",
     [](Maker& m) {
       return std::string(m.random.pick(
           {"lower(plan) = \"pro\"", "length(plan) >= 2", "length(tags) = 1", "number(plan) > 1",
            "lower(plan) contains \"r\"", "text(plan) in (\"a\", \"pro\")"}));
     }},
    {"made of a last value",
     [](Maker& m) {
       return fmt::format("lower(last({}.s)) {} {}", m.event(), m.random.pick({"=", "!="}),
                          m.text());
     }},
    {"any item of an event",
     [](Maker& m) {
       return fmt::format("(order where any products where ({})) {} {} within {}",
                          m.random.pick({"sku = \"a\"", "price > 1", "sku = \"a\" and price > 1",
                                         "sku exists", "lower(sku) = \"abc\""}),
                          m.compare(), m.small(), m.window());
     }},
    {"sum over items",
     [](Maker& m) {
       return fmt::format("sum(order.products.price) {} {} within {}", m.compare(), m.number(),
                          m.window());
     }},
};

}  // namespace

std::span<const Form> value_forms() { return kForms; }

}  // namespace segue::differential
