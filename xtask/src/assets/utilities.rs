//! The generated utilities: encre-css makes each rule, the order is made here.
//!
//! encre-css 0.21 leaves rules with a variant (`lg:`, `hover:`) in no useful order, so a rule is
//! placed by what its utility without the variant would have got.

use super::media::{self, Rule};
use encre_css::{Config, Preflight, Scanner, generate};
use std::collections::{BTreeMap, BTreeSet};

/// The generator with the tokens as its colours.
pub struct Utilities {
    config: Config,
}

impl Utilities {
    /// `tokens` is style text: each `--cs-NAME` declared in it becomes the colour `NAME`.
    pub fn new(tokens: &str) -> Self {
        let mut config = Config::default();
        config.preflight = Preflight::new_none();
        config.scanner = Scanner::from_fn(|text| text.split_whitespace().collect::<BTreeSet<_>>());
        for name in colours(tokens) {
            config.theme.colors.add(name.to_owned(), format!("var(--cs-{name})"));
        }
        Self { config }
    }

    /// The rule of one class, or nothing when there is no such utility.
    pub fn rule(&self, class: &str) -> Option<String> {
        let css = generate([class], &self.config);
        (!css.trim().is_empty()).then(|| css.trim().to_owned())
    }

    /// The style sheet of all these classes.
    pub fn style_sheet(&self, classes: &BTreeSet<String>) -> String {
        let rules: BTreeMap<&str, String> =
            classes.iter().filter_map(|class| Some((class.as_str(), self.rule(class)?))).collect();
        let bases: BTreeSet<&str> = rules.keys().map(|class| split_variant(class).1).collect();
        let order = self.all(&bases);
        let variants = self.all(&rules.keys().copied().collect());
        let mut variant_ranks: BTreeMap<&str, usize> = BTreeMap::new();
        for (class, css) in &rules {
            let rank = variants.find(css.as_str()).unwrap_or(usize::MAX);
            let known = variant_ranks.entry(split_variant(class).0).or_insert(rank);
            *known = rank.min(*known);
        }
        let placed = rules.iter().map(|(class, css)| {
            let (variant, base) = split_variant(class);
            let base_css = self.rule(base).unwrap_or_default();
            let variant = if variant.is_empty() { 0 } else { variant_ranks[variant] + 1 };
            Rule { css, variant, utility: order.find(&base_css).unwrap_or(usize::MAX) }
        });
        media::arrange(placed.collect())
    }

    /// The reset that the utilities rely on.
    pub fn preflight(&self) -> String {
        let mut config = self.config.clone();
        config.preflight = Preflight::new_full();
        generate([], &config)
    }

    fn all(&self, classes: &BTreeSet<&str>) -> String {
        let text = classes.iter().copied().collect::<Vec<_>>().join(" ");
        generate([text.as_str()], &self.config)
    }
}

/// `("lg:hover:", "flex")` of `lg:hover:flex`; colons within brackets do not count.
fn split_variant(class: &str) -> (&str, &str) {
    let mut depth = 0_i32;
    let mut cut = 0;
    for (at, c) in class.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ':' if depth == 0 => cut = at + 1,
            _ => {}
        }
    }
    class.split_at(cut)
}

/// The names of the tokens declared in a style text.
fn colours(tokens: &str) -> BTreeSet<&str> {
    let declared = tokens.split("--cs-").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
        rest[end..].starts_with(':').then_some(&rest[..end])
    });
    declared.filter(|name| !matches!(*name, "pop" | "ease")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(classes: &str) -> String {
        let utilities = Utilities::new(":root{--cs-canvas:red;--cs-fg:var(--cs-ink);--cs-ease:x}");
        utilities.style_sheet(&classes.split(' ').map(str::to_owned).collect())
    }

    /// The classes stand in the sheet in the order given.
    fn assert_order(classes: &str) {
        let sheet = sheet(classes);
        let places: Vec<_> = classes
            .split(' ')
            .map(|class| {
                sheet
                    .find(&format!(".{} ", class.replace(':', "\\:")))
                    .unwrap_or_else(|| panic!("no {class} in {sheet}"))
            })
            .collect();
        assert!(places.is_sorted(), "{places:?}\n{sheet}");
    }

    #[test]
    fn tokens_are_colours() {
        assert_eq!(
            colours("--cs-a:1;--cs-b-soft:var(--cs-c);--cs-pop:x").into_iter().collect::<Vec<_>>(),
            ["a", "b-soft"]
        );
        assert!(sheet("bg-canvas").contains("var(--cs-canvas)"));
    }

    #[test]
    fn wide_paddings_come_before_narrow_ones_with_a_variant_as_without() {
        assert_order("p-5 px-6 ps-4");
        assert_order("lg:p-5 lg:px-6 lg:ps-4");
    }

    #[test]
    fn breakpoints_follow_plain_rules_falling_then_rising() {
        assert_order("hidden max-lg:block max-md:grid sm:flex md:hidden xl:block");
    }

    #[test]
    fn variants_are_split_outside_brackets() {
        assert_eq!(split_variant("lg:hover:bg-canvas"), ("lg:hover:", "bg-canvas"));
        assert_eq!(split_variant("[&:hover]:p-1"), ("[&:hover]:", "p-1"));
        assert_eq!(split_variant("bg-[url(a:b)]"), ("", "bg-[url(a:b)]"));
    }

    #[test]
    fn unknown_classes_make_no_rule() {
        let utilities = Utilities::new("");
        assert!(utilities.rule("size-4").is_none() && utilities.rule("text-muted").is_none());
        assert!(utilities.rule("flex").is_some());
    }
}
