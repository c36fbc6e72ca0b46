use syn::{FnArg, GenericParam, Receiver, ReceiverKind, Safety, Signature, Type};

use super::with_self;
use crate::diag::Errors;

/// How a handler takes a parameter. What is extracted is always an owned value, which is then lent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lent {
    Owned,
    Shared,
    Mutable,
}

/// A parameter's type, without the reference.
pub(crate) struct Parameter {
    pub(crate) ty: Type,
    pub(crate) lent: Lent,
}

/// Reads a typed parameter; `self` in another place than the first is rustc's to report.
pub(crate) fn parameter(argument: &FnArg, self_ty: Option<&Type>) -> Option<Parameter> {
    let FnArg::Typed(typed) = argument else {
        return None;
    };
    let own = |ty: &Type| self_ty.map_or_else(|| ty.clone(), |self_ty| with_self(ty, self_ty));
    Some(match ungrouped(&typed.ty) {
        Type::Reference(reference) => Parameter {
            ty: own(&reference.elem),
            lent: if reference.mutability.is_some() { Lent::Mutable } else { Lent::Shared },
        },
        ty => Parameter { ty: own(ty), lent: Lent::Owned },
    })
}

/// How a method takes `self`, also as `self: &Self`; smart pointers are no way to lend it.
pub(crate) fn receiver(receiver: &Receiver) -> Option<Lent> {
    let mutable = match &receiver.kind {
        ReceiverKind::Value => return Some(Lent::Owned),
        ReceiverKind::Reference(_, _, mutable) => mutable.is_some(),
        ReceiverKind::Typed(_, ty) => match ungrouped(ty) {
            Type::Reference(reference) => reference.mutability.is_some(),
            _ => return None,
        },
        _ => return None,
    };
    Some(if mutable { Lent::Mutable } else { Lent::Shared })
}

/// Takes away invisible groups and parentheses.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// Refuses what no handler can have: type parameters, `impl Trait`, `unsafe`, `#[cfg]` on one
/// parameter.
pub(crate) fn check_function(sig: &Signature, errors: &mut Errors) -> bool {
    let before = errors.len();
    for param in &sig.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.push(
                param,
                "a handler cannot be generic: it is registered once, for one message; \
                 write the type",
            );
        }
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.push(token, "a handler is called by the framework; it cannot be `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        errors.push(abi, "a handler is a plain Rust function; remove `extern`");
    }
    for argument in &sig.inputs {
        let FnArg::Typed(typed) = argument else {
            continue;
        };
        if let Some(cfg) = typed.attrs.iter().find(|a| a.path().is_ident("cfg")) {
            errors.push(cfg, "`#[cfg]` on one parameter of a handler; put it on the whole handler");
        }
        if let Type::ImplTrait(ty) = ungrouped(&typed.ty) {
            errors.push(ty, "`impl Trait` hides what this handler needs; name the type");
        }
    }
    errors.len() == before
}
