//! Templates: `{{root.path}}` in summaries, replaced by text, never by markup.

use serde_json::Value;

/// The longest title made from a template, in characters.
const LONGEST: usize = 200;

/// The `{{…}}` expressions of a template, in order.
pub fn expressions(template: &str) -> Vec<&str> {
    let mut rest = template;
    let mut found = Vec::new();
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, tail)) = after.split_once("}}") else { break };
        found.push(inside.trim());
        rest = tail;
    }
    found
}

/// The expressions of a template that nothing stands for.
pub fn missing<'a>(template: &'a str, roots: &Value) -> Vec<&'a str> {
    let is_missing = |path: &&str| value_at(path, roots).is_none_or(Value::is_null);
    expressions(template).into_iter().filter(is_missing).collect()
}

/// Fills a template from the condition roots, as a title: one line of bounded length. What is absent reads "absent".
pub fn fill(template: &str, roots: &Value) -> String {
    one_line(&fill_whole(template, roots))
}

/// Fills a template to the letter.
pub fn fill_whole(template: &str, roots: &Value) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        out.push_str(&text_at(inside.trim(), roots));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn value_at<'a>(path: &str, roots: &'a Value) -> Option<&'a Value> {
    path.split('.').try_fold(roots, |value, step| value.get(step))
}

fn text_at(path: &str, roots: &Value) -> String {
    match value_at(path, roots) {
        None | Some(Value::Null) => "absent".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// One line of bounded length: titles come from agents and customers.
pub fn one_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if line.chars().count() <= LONGEST {
        return line;
    }
    let kept: String = line.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_reads_the_roots_and_says_what_is_absent() {
        let roots = json!({"facts": {"name": "Aarav\nShah"}, "input": {"amount": 12.5}});
        assert_eq!(
            fill("Refund {{input.amount}} to {{ facts.name }} ({{facts.none}})", &roots),
            "Refund 12.5 to Aarav Shah (absent)"
        );
        assert_eq!(fill("open {{facts.name", &roots), "open {{facts.name");
        assert_eq!(expressions("{{a.b}} and {{ c }}"), ["a.b", "c"]);
        assert_eq!(fill(&"x".repeat(300), &roots).chars().count(), LONGEST);
    }
}
