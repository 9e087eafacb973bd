//! Making style text smaller without changing what it says.

/// Drops comments and the white space that means nothing. Strings stay as they are.
pub fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if c == '"' || c == '\'' {
            let end = string_end(rest, c);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if c.is_whitespace() {
            rest = rest.trim_start();
            if needs_space(&out, rest) {
                out.push(' ');
            }
        } else {
            if c == '}' && out.ends_with(';') {
                out.pop();
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// A space counts unless it stands beside a bracket or sign that separates by itself. A space after
/// `:` belongs to a declaration (selectors have none there), one before it may be a descendant's.
fn needs_space(before: &str, after: &str) -> bool {
    let separates = |c: char| matches!(c, '{' | '}' | ';' | ',');
    let begins = before.chars().next_back().is_none_or(|c| separates(c) || c == ':' || c.is_whitespace());
    let ends = after.chars().next().is_none_or(separates) || after.starts_with("/*");
    // `--en-x: ;` is an empty value, which must keep its space.
    let empty_value = before.ends_with(':') && after.starts_with(';');
    empty_value || !(begins || ends)
}

fn string_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_meaningless_space_goes() {
        let css =
            "a :hover , b {\n  color: red;\n  margin: 0 auto ;\n}\n/* x */\n@media (width >= 48rem) {\n  .a > b { }\n}";
        assert_eq!(minify(css), "a :hover,b{color:red;margin:0 auto}@media (width >= 48rem){.a > b{}}");
    }

    #[test]
    fn strings_empty_values_and_sums_stay() {
        assert_eq!(
            minify("a { content: ' { x } '; --x: ; width: calc(1px + 2px) }"),
            "a{content:' { x } ';--x: ;width:calc(1px + 2px)}"
        );
        assert_eq!(minify("a{b:\"\\\"  ;\"}"), "a{b:\"\\\"  ;\"}");
    }

    #[test]
    fn comments_between_words_leave_one_space() {
        assert_eq!(minify("@supports (a) /* x */ or (b) { }"), "@supports (a) or (b){}");
    }
}
