//! Functions: those conditions may call, the types they take, and what they give.

use cel::{
    Context, Value as CelValue,
    common::ast::{CallExpr, Expr, IdedExpr, LiteralValue},
};

use super::{
    kind::{Kind, Type},
    walk::{Walk, literal_text},
};
use crate::rules::{pattern::Pattern, suggest};

/// How a function is called: what it takes, receiver first, and what it gives.
struct Signature {
    name: &'static str,
    is_member: bool,
    takes: &'static [&'static [Type]],
    gives: Type,
}

const TEXT: &[Type] = &[Type::Text];
const MOMENT: &[Type] = &[Type::Moment];
const CLOCK: &[Type] = &[Type::Moment, Type::Span];
const SIZED: &[Type] = &[Type::Text, Type::List, Type::Map, Type::Bytes];

const fn member(name: &'static str, takes: &'static [&'static [Type]], gives: Type) -> Signature {
    Signature { name, is_member: true, takes, gives }
}

const fn global(name: &'static str, takes: &'static [&'static [Type]], gives: Type) -> Signature {
    Signature { name, is_member: false, takes, gives }
}

const SIGNATURES: [Signature; 22] = [
    member("size", &[SIZED], Type::Int),
    global("size", &[SIZED], Type::Int),
    member("contains", &[TEXT, TEXT], Type::Bool),
    member("startsWith", &[TEXT, TEXT], Type::Bool),
    member("endsWith", &[TEXT, TEXT], Type::Bool),
    member("matches", &[TEXT, TEXT], Type::Bool),
    global("matches", &[TEXT, TEXT], Type::Bool),
    global(
        "string",
        &[&[Type::Text, Type::Bool, Type::Int, Type::Uint, Type::Double, Type::Moment, Type::Span]],
        Type::Text,
    ),
    global("int", &[&[Type::Text, Type::Int, Type::Uint, Type::Double, Type::Moment]], Type::Int),
    global("double", &[&[Type::Text, Type::Int, Type::Uint, Type::Double]], Type::Double),
    global("timestamp", &[&[Type::Text, Type::Int, Type::Moment]], Type::Moment),
    global("duration", &[&[Type::Text, Type::Span]], Type::Span),
    member("getFullYear", &[MOMENT], Type::Int),
    member("getMonth", &[MOMENT], Type::Int),
    member("getDate", &[MOMENT], Type::Int),
    member("getDayOfMonth", &[MOMENT], Type::Int),
    member("getDayOfWeek", &[MOMENT], Type::Int),
    member("getDayOfYear", &[MOMENT], Type::Int),
    member("getHours", &[CLOCK], Type::Int),
    member("getMinutes", &[CLOCK], Type::Int),
    member("getSeconds", &[CLOCK], Type::Int),
    member("getMilliseconds", &[CLOCK], Type::Int),
];

/// Macros on lists. The parser expands them when they are written rightly, so that they never get here.
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "existsOne", "map", "filter"];

/// What a function call gives.
pub fn check<'p, 'w>(walk: &mut Walk<'p, 'w>, node: &'p IdedExpr, call: &'p CallExpr) -> Kind<'w> {
    let name = call.func_name.as_str();
    let parts: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
    if let Some(message) = misuse(call) {
        walk.fault(node, message);
        return Kind::of(Type::Unknown);
    }
    let kinds: Vec<Kind<'w>> = parts.iter().map(|part| walk.kind(part)).collect();
    let is_member = call.target.is_some();
    let signature = SIGNATURES.iter().find(|known| known.name == name && known.is_member == is_member);
    let Some(signature) = signature else { return Kind::of(Type::Unknown) };
    for (kind, takes) in kinds.iter().zip(signature.takes) {
        if kind.ty != Type::Unknown && !takes.contains(&kind.ty) {
            let expected: Vec<&str> = takes.iter().map(|ty| ty.name()).collect();
            let message = format!("`{name}` takes {}, not {}.", expected.join(" or "), kind.ty.name());
            walk.fault(node, message);
            return Kind::of(signature.gives);
        }
    }
    if let Some(message) = literal_fault(node, name, &parts) {
        walk.fault(node, message);
    }
    Kind::of(signature.gives)
}

/// A call that no signature fits, told by name, place and number of arguments.
fn misuse(call: &CallExpr) -> Option<String> {
    let name = call.func_name.as_str();
    let is_member = call.target.is_some();
    if MACROS.contains(&name) {
        return Some(format!("Write `list.{name}(item, condition)`."));
    }
    if name == "has" {
        return Some("Write `has(facts.name)`.".to_owned());
    }
    let mut known = SIGNATURES.iter().filter(|known| known.name == name).peekable();
    if known.peek().is_none() {
        let names = SIGNATURES.iter().map(|known| known.name).chain(MACROS).chain(["has"]);
        return Some(format!("There is no function `{name}` in conditions.{}", suggest::hint(name, names)));
    }
    let count = call.args.len() + usize::from(is_member);
    if known.clone().any(|known| known.is_member == is_member && known.takes.len() == count) {
        return None;
    }
    let forms: Vec<String> = known.map(form).collect();
    Some(format!("`{name}` is written {}.", forms.join(" or ")))
}

fn form(signature: &Signature) -> String {
    let arguments = signature.takes.len() - usize::from(signature.is_member);
    let arguments = vec!["…"; arguments].join(", ");
    let before = if signature.is_member { "value." } else { "" };
    format!("`{before}{}({arguments})`", signature.name)
}

/// What is wrong with a literal argument that can be tried out now.
fn literal_fault(node: &IdedExpr, name: &str, parts: &[&IdedExpr]) -> Option<String> {
    match (name, parts) {
        ("matches", [_, pattern]) => {
            let Some(source) = literal_text(pattern) else {
                return Some("The pattern of `matches` must be written out as a text.".to_owned());
            };
            Pattern::new(source).err().map(|error| format!("This pattern cannot be compiled: {error}."))
        }
        ("timestamp" | "duration" | "int" | "double", [only]) => {
            let Expr::Literal(LiteralValue::String(text)) = &only.expr else { return None };
            // Of literals alone, the evaluator itself is the best judge.
            let is_read = CelValue::resolve(node, &Context::default()).is_ok();
            let example = match name {
                "timestamp" => "timestamp(\"2026-11-21T00:00:00Z\")",
                "duration" => "duration(\"24h\"), duration(\"90m\")",
                "int" => "int(\"12\")",
                _ => "double(\"1.5\")",
            };
            (!is_read).then(|| format!("`{}` cannot be read. Write {example}.", text.inner()))
        }
        _ => None,
    }
}
