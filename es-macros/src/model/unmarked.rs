use proc_macro2::Ident;
use syn::{Attribute, GenericParam, Type};

use super::output::arguments_of;
use super::signature::{self, ungrouped};
use super::{Lent, parameter};
use crate::attr::cfgs;
use crate::light::LightFn;

/// A method without an attribute that looks like an event-sourcing handler: `&mut self` and one
/// `&E`.
///
/// If `E` is an event, only a handler could have it; what is told of other shapes would often be
/// wrong, since plain methods look like them.
pub(crate) struct Unmarked {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) event: Type,
}

impl Unmarked {
    /// Looks at a method without a role.
    pub(crate) fn read(method: &LightFn, self_ty: &Type) -> Option<Self> {
        let sig = &method.sig;
        let is_generic =
            sig.generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_)));
        let receiver = sig.receiver().map(signature::receiver)?;
        let mut inputs = sig.inputs.iter().skip(1);
        let (Some(event), None) = (inputs.next(), inputs.next()) else { return None };
        let event = parameter(event, Some(self_ty))?;
        let is_named = matches!(ungrouped(&event.ty), Type::Path(path) if path.qself.is_none())
            && arguments_of(ungrouped(&event.ty)).is_none();
        let looks_like_one = receiver == Some(Lent::Mutable)
            && event.lent == Lent::Shared
            && is_named
            && !is_generic;
        looks_like_one.then(|| Self {
            name: sig.ident.clone(),
            cfgs: cfgs(&method.attrs),
            event: event.ty,
        })
    }
}
