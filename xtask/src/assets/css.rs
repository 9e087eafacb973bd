//! The style sheet: the reset and the tokens' base layer, then the utilities the sources use.

use super::classes::{Literal, literals};
use super::manifest::Fonts;
use super::minify::minify;
use super::site::Site;
use super::utilities::Utilities;
use crate::workspace::files;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::Path;

/// Marks that style nothing themselves: other classes refer to them (`group-hover:…`).
const HOOKS: [&str; 2] = ["group", "peer"];

/// Utilities that are generated wrongly, and what to use.
const WRONG: [(&str, &str); 2] =
    [("rotate-", "turns two axes; use the `chev` rule"), ("font-mono", "names its own fonts; use `mono`")];

/// Builds the style sheet, or fails with every class that styles nothing.
pub fn build(root: &Path, fonts: &Fonts, site: &mut Site) -> Result<String> {
    let style = read_style(&root.join("style"))?;
    let sources = super::markup(root)?;
    let check = Check { utilities: Utilities::new(&style), handwritten: handwritten(&style) };
    let mut classes = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in &sources {
        let source = std::fs::read_to_string(path)?;
        let shown = path.strip_prefix(root).unwrap_or(path).display();
        for literal in literals(&source) {
            wrong.extend(check.faults(&literal).into_iter().map(|(line, fault)| format!("{shown}:{line}: {fault}")));
            classes.extend(check.candidates(&literal));
        }
    }
    if !wrong.is_empty() {
        bail!("classes that style nothing:\n  {}", wrong.join("\n  "));
    }
    let sheet = assemble(&check.utilities, &style, &classes);
    site.add_text("console", "css", minify(&with_fonts(&sheet, fonts)).as_bytes())
}

fn assemble(utilities: &Utilities, style: &str, classes: &BTreeSet<String>) -> String {
    let (preflight, generated) = (utilities.preflight(), utilities.style_sheet(classes));
    format!(
        "@layer theme,base,components,utilities;\n@layer base{{{preflight}}}\n{style}\n@layer utilities{{{generated}}}"
    )
}

/// What counts as a class.
struct Check {
    utilities: Utilities,
    handwritten: BTreeSet<String>,
}

impl Check {
    /// What is wrong with the classes of a literal; prose has no faults.
    fn faults(&self, literal: &Literal) -> Vec<(usize, String)> {
        if !literal.is_class && !self.looks_like_classes(&literal.text) {
            return Vec::new();
        }
        let words = literal.text.split_whitespace();
        words.filter_map(|word| Some((literal.line, self.fault(word)?))).collect()
    }

    fn fault(&self, word: &str) -> Option<String> {
        if word.contains(['{', '}']) {
            // `{tone}` alone stands for whole classes; `text-{tone}` would never be generated.
            let whole = word.starts_with('{') && word.ends_with('}') && word.matches('{').count() == 1;
            return (!whole).then(|| format!("`{word}` is put together from pieces: write whole classes"));
        }
        if let Some((_, reason)) = WRONG.iter().find(|(name, _)| last_part(word).starts_with(name)) {
            return Some(format!("`{word}` {reason}"));
        }
        (!self.is_known(word)).then(|| format!("`{word}` generates nothing and is not in style/"))
    }

    fn is_known(&self, word: &str) -> bool {
        let hook = word.split('/').next().unwrap_or(word);
        self.handwritten.contains(word) || HOOKS.contains(&hook) || self.utilities.rule(word).is_some()
    }

    /// Three words or more, most of them utilities: a list of classes kept in a constant.
    fn looks_like_classes(&self, text: &str) -> bool {
        let words: Vec<_> = text.split_whitespace().collect();
        let known = words.iter().filter(|word| self.is_known(word)).count();
        words.len() >= 3 && known * 3 >= words.len() * 2
    }

    /// The words of a literal to generate a rule for. Prose gives few, and each costs some bytes.
    fn candidates(&self, literal: &Literal) -> Vec<String> {
        let words = literal.text.split_whitespace();
        let wanted = words.filter(|word| literal.is_class || !word.starts_with('['));
        wanted.filter(|word| !self.handwritten.contains(*word)).map(str::to_owned).collect()
    }
}

/// The utility of a class, without its variants.
fn last_part(class: &str) -> &str {
    class.rsplit(':').next().unwrap_or(class).trim_start_matches('-')
}

/// The classes that the style files define: `.name` outside strings and numbers.
fn handwritten(style: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in style.match_indices('.') {
        let rest = &style[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        let in_url = rest[end..].starts_with('"');
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !in_url {
            names.insert(rest[..end].to_owned());
        }
    }
    names
}

/// All style files: the tokens first, the others by name.
fn read_style(dir: &Path) -> Result<String> {
    let mut files = files(dir, "css")?;
    files.sort_by_key(|path| !path.ends_with("tokens.css"));
    let texts = files.iter().map(|path| std::fs::read_to_string(path).context("cannot read a style file"));
    Ok(texts.collect::<Result<Vec<_>>>()?.join("\n"))
}

/// The hashed names in place of `fonts/NAME`: style sheet and fonts are served from one folder.
fn with_fonts(css: &str, fonts: &Fonts) -> String {
    fonts.names.iter().fold(css.to_owned(), |css, (source, name)| css.replace(&format!("fonts/{source}"), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str, is_class: bool) -> Vec<String> {
        let style = ":root{--cs-fg:red}.mono,a.lnk:hover{margin:.5em}@font-face{src:url(\"x.woff2\")}";
        let check = Check { utilities: Utilities::new(style), handwritten: handwritten(style) };
        let literal = Literal { line: 7, text: text.to_owned(), is_class };
        check.faults(&literal).into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn known_classes_pass() {
        assert!(faults("mono lnk flex text-fg group group/row lg:hover:hidden {extra}", true).is_empty());
    }

    #[test]
    fn unknown_composed_and_wrong_classes_are_named() {
        let text = faults("size-4 flexx text-{tone} lg:rotate-90", true).join("\n");
        for part in ["`size-4` generates nothing", "`flexx`", "`text-{tone}` is put together", "`lg:rotate-90` turns"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_constant_with_classes_is_checked_and_prose_is_not() {
        assert_eq!(faults("flex gap-2 items-center size-4", false).len(), 1);
        assert!(faults("The table is hidden until its static part is there", false).is_empty());
    }

    #[test]
    fn hand_written_classes_are_those_of_the_style_files() {
        let names = handwritten(".a,.b-c:hover{width:.5em;opacity:0.45;src:url(\"f.woff2\")}d.e>.f{}");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b-c", "e", "f"]);
    }

    #[test]
    fn fonts_get_their_served_names() {
        let fonts = Fonts { names: vec![("i.woff2".into(), "inter-1.woff2".into())], ..Fonts::default() };
        assert_eq!(with_fonts("url(\"fonts/i.woff2\")", &fonts), "url(\"inter-1.woff2\")");
    }
}
