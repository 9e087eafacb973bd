//! The definitions that come with the program, and the text a new one begins with.

use crate::rules::definition;

/// The smallest definition that makes sense: one tool, one gate, one group that must agree.
pub const TEMPLATE: &str = include_str!("template.yaml");

/// The shipped definitions by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("support-resolution", include_str!("../../../../workflows/support-resolution.yaml")),
    ("financial-onboarding", include_str!("../../../../workflows/financial-onboarding.yaml")),
    ("analyze-plan-execute-verify", include_str!("../../../../workflows/analyze-plan-execute-verify.yaml")),
    ("sprint-review", include_str!("../../../../workflows/sprint-review.yaml")),
    ("deployment", include_str!("../../../../workflows/deployment.yaml")),
    ("release", include_str!("../../../../workflows/release.yaml")),
    ("closure-research", include_str!("../../../../workflows/closure-research.yaml")),
    ("closure-engineering", include_str!("../../../../workflows/closure-engineering.yaml")),
    ("closure-hr", include_str!("../../../../workflows/closure-hr.yaml")),
    ("closure-compliance", include_str!("../../../../workflows/closure-compliance.yaml")),
    ("closure-support", include_str!("../../../../workflows/closure-support.yaml")),
];

/// A shipped definition.
pub fn find(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Their names and titles.
pub fn titles() -> Vec<(String, String)> {
    let read = SHIPPED
        .iter()
        .filter_map(|(name, text)| definition::parse(text).ok().map(|workflow| ((*name).to_owned(), workflow.title)));
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_published() {
        for (name, text) in SHIPPED.iter().chain([&("my-workflow", TEMPLATE)]) {
            let workflow = definition::parse(text).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors));
            assert_eq!(&workflow.name, name);
        }
    }

    #[test]
    fn every_file_that_ships_is_offered() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../workflows")).expect("the folder");
        let names = folder.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
        for name in names.filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)) {
            assert!(find(&name).is_some(), "{name}");
        }
    }
}
