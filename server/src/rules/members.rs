//! `facts`, `input`, `run`, `approvals` and `stages` as values: maps that look their members up when asked.

use cel::{
    ExecutionError,
    common::{
        traits::{Container, Indexer},
        types::{CelString, MAP_TYPE, Type},
        value::{CowVal, Val},
    },
};

use super::{
    roots::ApprovalRoot,
    scope::{Family, Scope},
    value::{self, Boxed},
};

/// `facts`, `input`, `run`, `approvals` or `stages` as a value: a map that looks its members up when asked.
#[derive(Debug, Clone, Copy)]
pub struct Members<'r> {
    /// Where members are looked up.
    pub scope: &'r Scope<'r>,
    /// Which of the five it is.
    pub family: Family,
}

/// One approval as a value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'r>(pub &'r ApprovalRoot);

fn named(index: &dyn Val) -> Result<&str, ExecutionError> {
    let name = index.downcast_ref::<CelString<'_>>().map(CelString::inner);
    name.ok_or_else(|| ExecutionError::UnexpectedType {
        got: index.get_type().name().to_owned(),
        want: "string".to_owned(),
    })
}

impl<'r> Members<'r> {
    fn look_up<'b, 'v>(&self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        'r: 'b + 'v,
    {
        let name = named(index)?;
        let found = self.scope.member(self.family, name).ok_or_else(|| ExecutionError::no_such_key(name))?;
        found.map_err(|error| ExecutionError::function_error(name, error))
    }
}

impl Entry<'_> {
    fn look_up<'v>(self, index: &dyn Val) -> Result<Boxed<'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = named(index)?;
        let absent = || ExecutionError::no_such_key(name);
        Ok(match name {
            "approved" => value::truth(self.0.approved),
            "status" => Box::new(CelString::from(self.0.status.clone())),
            "notes" => Box::new(CelString::from(self.0.notes.clone().ok_or_else(absent)?)),
            "at" => value::moment(self.0.at.ok_or_else(absent)?),
            _ => return Err(absent()),
        })
    }
}

impl Val for Members<'_> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Boxed<'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Container for Members<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.scope.member(self.family, named(key)?).is_some())
    }
}

impl Indexer for Members<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.look_up(index)
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Boxed<'v>, ExecutionError>
    where
        Self: 'v,
    {
        Ok(self.look_up(index)?.into_owned())
    }
}

impl Val for Entry<'_> {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Boxed<'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

impl Indexer for Entry<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.look_up(index).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Boxed<'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.look_up(index)
    }
}
