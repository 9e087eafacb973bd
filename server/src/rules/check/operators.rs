//! Operators: which types they take, and what they give.

use cel::common::ast::{CallExpr, Expr, IdedExpr, operators as op};
use serde_json::Value;

use super::{
    kind::{Kind, Type},
    walk::{Walk, literal_value},
};
use crate::rules::{expression::path_of, suggest};

/// Each join copies what stands before it, so that many of them take long on large texts.
const MAX_JOINS: usize = 8;

/// What an operator gives; `None` when the call is not one of an operator.
pub fn check<'p, 'w>(walk: &mut Walk<'p, 'w>, node: &'p IdedExpr, call: &'p CallExpr) -> Option<Kind<'w>> {
    if call.target.is_some() {
        return None;
    }
    match (call.func_name.as_str(), call.args.as_slice()) {
        (op::CONDITIONAL, [condition, yes, no]) => {
            truth(walk, condition);
            let (yes, no) = (walk.kind(yes), walk.kind(no));
            let ty = if yes.ty == no.ty { yes.ty } else { Type::Unknown };
            Some(Kind { ty, allowed: None, is_recorded: yes.is_recorded || no.is_recorded })
        }
        (op::LOGICAL_AND | op::LOGICAL_OR, [left, right]) => {
            truth(walk, left);
            truth(walk, right);
            Some(Kind::of(Type::Bool))
        }
        (op::LOGICAL_NOT, [only]) => {
            truth(walk, only);
            Some(Kind::of(Type::Bool))
        }
        (op::NOT_STRICTLY_FALSE, [only]) => {
            walk.kind(only);
            Some(Kind::of(Type::Bool))
        }
        (op::NEGATE, [only]) => {
            let kind = walk.kind(only);
            if !matches!(kind.ty, Type::Unknown | Type::Int | Type::Double) {
                walk.fault(node, format!("Only numbers have a negative, and {} is {}.", named(only), kind.ty.name()));
            }
            Some(Kind::of(kind.ty))
        }
        (op::INDEX, [operand, index]) => Some(index_into(walk, node, operand, index)),
        (name, [left, right]) => binary(walk, node, name, left, right),
        _ => None,
    }
}

fn binary<'p, 'w>(
    walk: &mut Walk<'p, 'w>,
    node: &'p IdedExpr,
    name: &str,
    left: &'p IdedExpr,
    right: &'p IdedExpr,
) -> Option<Kind<'w>> {
    let is_known = matches!(
        name,
        op::EQUALS
            | op::NOT_EQUALS
            | op::IN
            | op::LESS
            | op::LESS_EQUALS
            | op::GREATER
            | op::GREATER_EQUALS
            | op::ADD
            | op::SUBSTRACT
            | op::MULTIPLY
            | op::DIVIDE
            | op::MODULO
    );
    if !is_known {
        return None;
    }
    let sides = Sides { node, left, right, kinds: (walk.kind(left), walk.kind(right)) };
    Some(match name {
        op::EQUALS | op::NOT_EQUALS => {
            equality(walk, &sides);
            Kind::of(Type::Bool)
        }
        op::IN => {
            membership(walk, &sides);
            Kind::of(Type::Bool)
        }
        op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS => {
            order(walk, &sides);
            Kind::of(Type::Bool)
        }
        _ => Kind::of(arithmetic(walk, &sides, name)),
    })
}

struct Sides<'p, 'w> {
    node: &'p IdedExpr,
    left: &'p IdedExpr,
    right: &'p IdedExpr,
    kinds: (Kind<'w>, Kind<'w>),
}

impl Sides<'_, '_> {
    fn types(&self) -> (Type, Type) {
        (self.kinds.0.ty, self.kinds.1.ty)
    }

    /// Whether both sides can be of one type; what cannot be told counts as agreeing.
    fn agree(&self) -> bool {
        let (left, right) = self.types();
        left == right || left == Type::Unknown || right == Type::Unknown || (left.is_number() && right.is_number())
    }

    fn mismatch(&self, verb: &str) -> String {
        let (left, right) = self.types();
        let advice = match (left, right) {
            (Type::Moment, Type::Text) | (Type::Text, Type::Moment) => {
                " Write points in time as timestamp(\"2026-11-21T00:00:00Z\")."
            }
            (Type::Span, Type::Text) | (Type::Text, Type::Span) => " Write durations as duration(\"24h\").",
            (Type::Null, _) | (_, Type::Null) => " Nothing recorded is ever null: ask has(…) instead.",
            (Type::Text, number) | (number, Type::Text) if number.is_number() => {
                " Texts are in quotes, numbers are not."
            }
            _ => "",
        };
        format!(
            "{} is {} and {} is {}: they can never be {verb}.{advice}",
            named(self.left),
            left.name(),
            named(self.right),
            right.name()
        )
    }
}

/// A side as messages call it.
fn named(node: &IdedExpr) -> String {
    match (path_of(node), literal_value(node)) {
        (Some(path), _) => format!("`{}`", path.join(".")),
        (None, Some(value)) => format!("`{value}`"),
        (None, None) => "one side".to_owned(),
    }
}

fn truth<'p>(walk: &mut Walk<'p, '_>, node: &'p IdedExpr) {
    let kind = walk.kind(node);
    if !matches!(kind.ty, Type::Unknown | Type::Bool) {
        walk.fault(node, format!("{} is {}, where true or false is needed.", named(node), kind.ty.name()));
    }
}

fn equality(walk: &mut Walk<'_, '_>, sides: &Sides<'_, '_>) {
    if !sides.agree() {
        walk.fault(sides.node, sides.mismatch("equal"));
        return;
    }
    one_of(walk, sides.left, sides.kinds.0, sides.right);
    one_of(walk, sides.right, sides.kinds.1, sides.left);
}

/// A literal compared with something that has only certain values must be one of them.
fn one_of(walk: &mut Walk<'_, '_>, subject: &IdedExpr, kind: Kind<'_>, literal: &IdedExpr) {
    let (Some(allowed), Some(value)) = (kind.allowed, literal_value(literal)) else { return };
    if allowed.iter().any(|known| is_same(known, &value)) {
        return;
    }
    let all: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let hint = value.as_str().map(|text| suggest::hint(text, allowed.iter().filter_map(Value::as_str)));
    let message = format!("{} is never {value}, only {}.{}", named(subject), all.join(", "), hint.unwrap_or_default());
    walk.fault(literal, message);
}

/// Equality as conditions see it: 10 and 10.0 are one number.
fn is_same(left: &Value, right: &Value) -> bool {
    left == right || left.as_f64().is_some_and(|number| right.as_f64() == Some(number))
}

fn membership<'w>(walk: &mut Walk<'_, 'w>, sides: &Sides<'_, 'w>) {
    let container = sides.kinds.1.ty;
    if !matches!(container, Type::Unknown | Type::List | Type::Map) {
        let message = format!("`in` looks into a list, and {} is {}.", named(sides.right), container.name());
        walk.fault(sides.node, message);
        return;
    }
    let Expr::List(list) = &sides.right.expr else { return };
    for element in &list.elements {
        one_of(walk, sides.left, sides.kinds.0, element);
        let literal = literal_value(element).map(|value| match value {
            Value::String(_) => Type::Text,
            _ => Type::Double,
        });
        let item = Kind::of(literal.unwrap_or(Type::Unknown));
        let pair = Sides { node: element, left: sides.left, right: element, kinds: (sides.kinds.0, item) };
        if !pair.agree() {
            walk.fault(element, pair.mismatch("equal"));
        }
    }
}

fn order(walk: &mut Walk<'_, '_>, sides: &Sides<'_, '_>) {
    let (left, right) = sides.types();
    let has_order = |ty: Type| !matches!(ty, Type::Null | Type::List | Type::Map);
    if !has_order(left) || !has_order(right) {
        let which = if has_order(left) { sides.right } else { sides.left };
        let ty = if has_order(left) { right } else { left };
        walk.fault(sides.node, format!("{} is {}, which has no order.", named(which), ty.name()));
    } else if !sides.agree() {
        walk.fault(sides.node, sides.mismatch("compared"));
    }
}

fn arithmetic(walk: &mut Walk<'_, '_>, sides: &Sides<'_, '_>, name: &str) -> Type {
    let (left, right) = sides.types();
    let is_join = name == op::ADD && !is_countable(left) && !is_countable(right);
    if walk.level > 0 && is_join && (sides.kinds.0.is_recorded || sides.kinds.1.is_recorded) {
        let message = "Recorded texts and lists cannot be joined inside a loop. Join them before it, or declare the type if these are numbers.";
        walk.fault(sides.node, message);
        return Type::Unknown;
    }
    if is_join {
        walk.joins += 1;
        if walk.joins == MAX_JOINS + 1 {
            walk.fault(sides.node, format!("At most {MAX_JOINS} texts or lists are joined in one expression."));
        }
    }
    if left == Type::Unknown || right == Type::Unknown {
        return Type::Unknown;
    }
    if let Some(result) = result_of(name, left, right) {
        return result;
    }
    if left.is_number() && right.is_number() && name != op::MODULO {
        let message = format!(
            "{} is {} and {} is {}: arithmetic needs one form. Write 2.0 instead of 2, or convert with double(…).",
            named(sides.left),
            left.name(),
            named(sides.right),
            right.name()
        );
        walk.fault(sides.node, message);
    } else {
        let sign = name.trim_matches('_');
        let message = format!("`{sign}` cannot be applied to {} and {}.", left.name(), right.name());
        walk.fault(sides.node, message);
    }
    Type::Unknown
}

/// Whether joining more of it keeps it small.
const fn is_countable(ty: Type) -> bool {
    ty.is_number() || matches!(ty, Type::Moment | Type::Span)
}

fn result_of(name: &str, left: Type, right: Type) -> Option<Type> {
    let is_same = left == right;
    match (name, left, right) {
        (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE, Type::Int | Type::Uint | Type::Double, _)
        | (op::MODULO, Type::Int | Type::Uint, _)
        | (op::ADD, Type::Text | Type::List | Type::Bytes, _)
        | (op::ADD | op::SUBSTRACT, Type::Span, Type::Span)
            if is_same =>
        {
            Some(left)
        }
        (op::ADD | op::SUBSTRACT, Type::Moment, Type::Span) | (op::ADD, Type::Span, Type::Moment) => Some(Type::Moment),
        (op::SUBSTRACT, Type::Moment, Type::Moment) => Some(Type::Span),
        _ => None,
    }
}

fn index_into<'p, 'w>(
    walk: &mut Walk<'p, 'w>,
    node: &'p IdedExpr,
    operand: &'p IdedExpr,
    index: &'p IdedExpr,
) -> Kind<'w> {
    if let Expr::Ident(root) = &operand.expr
        && matches!(root.as_str(), "facts" | "run" | "approvals")
    {
        walk.fault(
            node,
            format!("Name what of `{root}` to read: `{root}[\"name\"]`. A computed name cannot be followed."),
        );
        return Kind::recorded(Type::Unknown);
    }
    let (container, key) = (walk.kind(operand), walk.kind(index));
    match (container.ty, key.ty) {
        (Type::List, Type::Text | Type::Bool | Type::Null) => {
            walk.fault(node, format!("Lists are indexed by number, and this index is {}.", key.ty.name()));
        }
        (Type::Unknown | Type::List | Type::Map, _) => {}
        (other, _) => {
            walk.fault(node, format!("Only lists and maps have an index, and {} is {}.", named(operand), other.name()));
        }
    }
    Kind { ty: Type::Unknown, allowed: None, is_recorded: container.is_recorded }
}
