//! The walk down the tree: names, levels, and the types that follow.

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use serde_json::Value;

use super::{
    Surroundings, Wanted, functions,
    kind::{Kind, Type},
    operators as rules, roots,
};
use crate::rules::{
    expression::{Fault, Parsed, path_of},
    suggest,
};

/// The levels of risk.
const RISKS: [&str; 3] = ["low", "medium", "high"];

/// The errors of a parsed expression.
pub fn check(parsed: &Parsed, wanted: Wanted, around: &Surroundings<'_>) -> Vec<Fault> {
    let mut walk = Walk { parsed, around: *around, faults: Vec::new(), locals: Vec::new(), level: 0, joins: 0 };
    let kind = walk.kind(&parsed.root);
    if walk.faults.is_empty() {
        walk.wanted(wanted, &parsed.root, kind);
    }
    walk.faults
}

/// The state of a walk.
pub struct Walk<'p, 'w> {
    parsed: &'p Parsed,
    /// What the expression stands among.
    pub around: Surroundings<'w>,
    faults: Vec<Fault>,
    locals: Vec<(String, Type)>,
    /// How many loops the walk is inside of.
    pub level: usize,
    /// How many texts or lists it joined so far.
    pub joins: usize,
}

impl<'p, 'w> Walk<'p, 'w> {
    /// Reports an error at a node.
    pub fn fault(&mut self, node: &IdedExpr, message: impl Into<String>) {
        let offset = self.parsed.offset(node.id);
        self.faults.push(Fault::new(offset, message));
    }

    /// What is known of a node, reporting what is wrong below it.
    pub fn kind(&mut self, node: &'p IdedExpr) -> Kind<'w> {
        match &node.expr {
            Expr::Literal(literal) => Kind::of(type_of(literal)),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) => self.select(node, select),
            Expr::Call(call) => {
                if let Some(path) = self.root_path(node) {
                    return self.path(node, &path);
                }
                match rules::check(self, node, call) {
                    Some(kind) => kind,
                    None => functions::check(self, node, call),
                }
            }
            Expr::List(list) => {
                for element in &list.elements {
                    self.kind(element);
                }
                Kind::of(Type::List)
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.kind(&entry.key);
                        self.kind(&entry.value);
                    }
                }
                Kind::of(Type::Map)
            }
            Expr::Struct(literal) => {
                let message = format!(
                    "There is no type `{}` here. Conditions read values, they do not build objects.",
                    literal.type_name
                );
                self.fault(node, message);
                Kind::of(Type::Unknown)
            }
            Expr::Comprehension(inner) => self.comprehension(node, inner),
            Expr::Unspecified => {
                self.fault(node, "This part of the expression cannot be read.");
                Kind::of(Type::Unknown)
            }
        }
    }

    fn local(&self, name: &str) -> Option<Type> {
        self.locals.iter().rev().find(|(known, _)| known == name).map(|(_, ty)| *ty)
    }

    fn name(&mut self, node: &IdedExpr, name: &str) -> Kind<'w> {
        if let Some(ty) = self.local(name) {
            return Kind::of(ty);
        }
        let known = roots::roots_of(&self.around);
        if name == "input" && self.around.tools.is_none() && self.around.step.is_none() {
            self.fault(node, roots::NO_INPUT);
        } else if roots::is_root(name, &self.around)
            && matches!(name, "facts" | "run" | "approvals" | "stages" | "inputs" | "steps" | "event" | "approval")
        {
            self.fault(
                node,
                format!("Say what of `{name}` to read, such as `{name}.name`; `{name}` alone has no value."),
            );
        } else if ["event", "approval"].contains(&name) {
            let message =
                format!("There is no `{name}` here: `event` belongs to closure, `approval` to what follows one.");
            self.fault(node, message);
        } else if roots::LATER.contains(&name) {
            let message = format!("`{name}` is not supported yet by this version of Countersign.");
            self.faults.push(Fault::later(self.parsed.offset(node.id), message));
        } else if !known.contains(&name) {
            let hint = suggest::hint(name, known.iter().copied());
            let message =
                format!("Unknown name `{name}`: conditions read {}. Texts are in quotes.{hint}", known.join(", "));
            self.fault(node, message);
        }
        roots::kind(&[name], &self.around)
    }

    /// The path of a node that begins at a root rather than at a local name.
    fn root_path(&self, node: &'p IdedExpr) -> Option<Vec<&'p str>> {
        let path = path_of(node)?;
        let root = path.first()?;
        (path.len() > 1 && roots::is_root(root, &self.around) && self.local(root).is_none()).then_some(path)
    }

    fn select(&mut self, node: &'p IdedExpr, select: &'p SelectExpr) -> Kind<'w> {
        let kind = if let Some(path) = self.root_path(node) {
            self.path(node, &path)
        } else {
            let operand = self.kind(&select.operand);
            self.members(node, operand, &select.field);
            Kind { ty: Type::Unknown, allowed: None, ..operand }
        };
        if select.test { Kind::of(Type::Bool) } else { kind }
    }

    fn members(&mut self, node: &IdedExpr, operand: Kind<'w>, field: &str) {
        if !matches!(operand.ty, Type::Unknown | Type::Map) {
            self.fault(
                node,
                format!("`.{field}` reads a member of a map, but what stands before it is {}.", operand.ty.name()),
            );
        }
    }

    /// A path below a root: does it exist, and what is it?
    fn path(&mut self, node: &'p IdedExpr, path: &[&'p str]) -> Kind<'w> {
        let (culprit, message) = roots::path_fault(path, &self.around);
        if let Some(message) = message {
            let offset = self.step_offset(node, culprit);
            self.faults.push(Fault::new(offset, message));
            return Kind::recorded(Type::Unknown);
        }
        let depth = match path {
            ["approvals" | "stages" | "steps", ..] | ["event", "source", ..] => 3,
            // What an event says besides is of no known type.
            ["event", "context", _, ..] => return Kind::recorded(Type::Unknown),
            _ => 2,
        };
        let whole = roots::kind(&path[..path.len().min(depth)], &self.around);
        if let Some(field) = path.get(depth) {
            self.members(node, whole, field);
            return Kind::recorded(Type::Unknown);
        }
        whole
    }

    /// Where a step of a path was written: macros move the nodes above it, but not its root.
    fn step_offset(&self, node: &IdedExpr, step: &str) -> usize {
        let mut root = node;
        loop {
            root = match &root.expr {
                Expr::Select(select) => &select.operand,
                Expr::Call(call) => match call.args.first() {
                    Some(operand) => operand,
                    None => break,
                },
                _ => break,
            };
        }
        let Expr::Ident(name) = &root.expr else { return self.parsed.offset(node.id) };
        let after = self.parsed.offset(root.id) + name.len();
        let rest = self.parsed.source().get(after..).unwrap_or_default();
        rest.find(step).map_or(after, |found| after + found)
    }

    fn comprehension(&mut self, node: &'p IdedExpr, inner: &'p ComprehensionExpr) -> Kind<'w> {
        let range = self.kind(&inner.iter_range);
        if !matches!(range.ty, Type::Unknown | Type::List | Type::Map) {
            self.fault(node, format!("Only lists can be gone through, and this is {}.", range.ty.name()));
        }
        if self.level > 0 {
            self.fault(
                node,
                "A loop inside a loop is not allowed: `all`, `exists`, `map` and the like go one level deep.",
            );
            return Kind::of(Type::Unknown);
        }
        let variable = inner.iter_var.as_str();
        if roots::ROOTS.contains(&variable) || roots::OF_STEPS.contains(&variable) || roots::LATER.contains(&variable) {
            self.fault(node, format!("`{variable}` has a meaning already. Give the item another name."));
        }
        let result = self.kind(&inner.accu_init).ty;
        self.locals.push((inner.iter_var.clone(), Type::Unknown));
        self.locals.push((inner.accu_var.clone(), result));
        self.level += 1;
        self.kind(&inner.loop_cond);
        self.kind(&inner.loop_step);
        self.level -= 1;
        let result = self.kind(&inner.result).ty;
        self.locals.truncate(self.locals.len() - 2);
        Kind::of(result)
    }

    fn wanted(&mut self, wanted: Wanted, root: &IdedExpr, kind: Kind<'w>) {
        let (is_wanted, what) = match wanted {
            Wanted::Bool => (kind.ty == Type::Bool, "true or false"),
            Wanted::Risk => (kind.ty == Type::Text, "low, medium or high"),
        };
        if kind.ty != Type::Unknown && !is_wanted {
            self.fault(root, format!("This gives {}; it must give {what}.", kind.ty.name()));
            return;
        }
        if wanted == Wanted::Risk {
            let literal = literal_text(root).map(|text| vec![Value::from(text)]);
            let values = literal.as_deref().or(kind.allowed).unwrap_or_default();
            let other = values.iter().find(|value| !value.as_str().is_some_and(|text| RISKS.contains(&text)));
            if let Some(other) = other {
                self.fault(root, format!("This can give {other}; it must give low, medium or high."));
            }
        }
    }
}

/// The text of a literal.
pub fn literal_text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// A literal as JSON, to be compared with the values of an `enum`.
pub fn literal_value(node: &IdedExpr) -> Option<Value> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(Value::from(text.inner())),
        Expr::Literal(LiteralValue::Int(number)) => Some(Value::from(*number.inner())),
        Expr::Literal(LiteralValue::Double(number)) => Some(Value::from(*number.inner())),
        Expr::Call(call) if call.func_name == operators::NEGATE => match literal_value(call.args.first()?)? {
            Value::Number(number) => number
                .as_i64()
                .and_then(i64::checked_neg)
                .map(Value::from)
                .or_else(|| number.as_f64().map(|number| Value::from(-number))),
            _ => None,
        },
        _ => None,
    }
}

const fn type_of(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Bytes(_) => Type::Bytes,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::Int(_) => Type::Int,
        LiteralValue::Null => Type::Null,
        LiteralValue::String(_) => Type::Text,
        LiteralValue::UInt(_) => Type::Uint,
    }
}
