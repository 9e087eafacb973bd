//! What a condition compares with, as text, where it can be told from the expression.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use super::expression::path_of;

/// The wanted value of a condition: `"PASSED"`, `["low", "medium"]`, `<= 10000`; the expression itself otherwise.
pub fn expected(root: &IdedExpr, source: &str) -> String {
    derived(root).unwrap_or_else(|| source.to_owned())
}

fn derived(root: &IdedExpr) -> Option<String> {
    match &root.expr {
        Expr::Select(select) if select.test => Some("recorded".to_owned()),
        Expr::Select(_) => path_of(root).map(|_| "true".to_owned()),
        Expr::Call(call) => of_call(call),
        Expr::Unspecified
        | Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Struct(_) => None,
    }
}

fn of_call(call: &CallExpr) -> Option<String> {
    match call.args.as_slice() {
        [only] if call.func_name == operators::LOGICAL_NOT => match &only.expr {
            Expr::Select(select) if select.test => Some("not recorded".to_owned()),
            _ => path_of(only).map(|_| "false".to_owned()),
        },
        [left, right] => {
            let (sign, mirrored) = signs(&call.func_name)?;
            match (path_of(left), constant(right), constant(left), path_of(right)) {
                (Some(_), Some(value), ..) => Some(with_sign(sign, &value)),
                (.., Some(value), Some(_)) => mirrored.map(|sign| with_sign(sign, &value)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn with_sign(sign: &str, value: &str) -> String {
    if sign.is_empty() { value.to_owned() } else { format!("{sign} {value}") }
}

/// How a comparison reads from the left, and from the right; membership has no mirror.
fn signs(operator: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match operator {
        operators::EQUALS => ("", Some("")),
        operators::NOT_EQUALS => ("!=", Some("!=")),
        operators::LESS => ("<", Some(">")),
        operators::LESS_EQUALS => ("<=", Some(">=")),
        operators::GREATER => (">", Some("<")),
        operators::GREATER_EQUALS => (">=", Some("<=")),
        operators::IN => ("", None),
        _ => return None,
    })
}

/// A literal, or a list of them, as JSON text.
fn constant(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Literal(literal) => of_literal(literal),
        Expr::List(list) => {
            let items: Option<Vec<String>> = list.elements.iter().map(constant).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Expr::Call(call) if call.func_name == operators::NEGATE => {
            call.args.first().and_then(constant).map(|value| format!("-{value}"))
        }
        Expr::Call(_)
        | Expr::Unspecified
        | Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_) => None,
    }
}

fn of_literal(literal: &LiteralValue) -> Option<String> {
    match literal {
        LiteralValue::Boolean(value) => Some(value.inner().to_string()),
        LiteralValue::Int(value) => Some(value.inner().to_string()),
        LiteralValue::UInt(value) => Some(value.inner().to_string()),
        LiteralValue::Double(value) => Some(value.inner().to_string()),
        LiteralValue::String(value) => serde_json::to_string(value.inner()).ok(),
        LiteralValue::Null => Some("null".to_owned()),
        LiteralValue::Bytes(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::expression::parse;

    #[test]
    fn the_wanted_value_is_told_where_it_can_be() {
        let table = [
            (r#"facts.kyc_status == "PASSED""#, r#""PASSED""#),
            (r#""PASSED" == facts.kyc_status"#, r#""PASSED""#),
            (r#"facts.tier in ["low", "medium"]"#, r#"["low", "medium"]"#),
            ("input.amount <= 10000", "<= 10000"),
            ("10000 >= input.amount", "<= 10000"),
            ("input.amount > -1.5", "> -1.5"),
            (r#"facts.tier != "high""#, r#"!= "high""#),
            ("facts.welcome_sent", "true"),
            ("!facts.blocked", "false"),
            ("has(facts.account_id)", "recorded"),
            ("!has(facts.account_id)", "not recorded"),
            (r#""a" in facts.list"#, r#""a" in facts.list"#),
            ("input.id == facts.id", "input.id == facts.id"),
            ("facts.a && facts.b", "facts.a && facts.b"),
        ];
        for (source, wanted) in table {
            assert_eq!(expected(&parse(source).expect(source).root, source), wanted, "{source}");
        }
    }
}
