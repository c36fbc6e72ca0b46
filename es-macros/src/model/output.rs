use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

use super::signature::ungrouped;
use super::{last_ident, with_self};
use crate::diag::Errors;

/// A handler's return type as it is written.
///
/// What runs is decided by the type (`Decision`), so aliases work. Peeling the written type only
/// serves the messages: each leaf is an event, and a missing event-sourcing handler is one error at
/// the token that names it.
pub(crate) struct Output {
    /// The whole type; `()` if there is none.
    pub(crate) ty: Type,
    /// What the written type gives away.
    pub(crate) error: WrittenError,
    /// The events that the type names, without the sibling enum.
    pub(crate) leaves: Vec<Type>,
}

/// The domain error, as far as the written type tells.
pub(crate) enum WrittenError {
    /// No `Result` and nothing that could be an alias of one.
    Infallible,
    /// `Result<_, E>` or `Result<_, HandlerError<E>>`: this is `E`.
    Named(Type),
    /// An alias: only the compiler knows.
    Hidden,
}

impl Output {
    /// Reads the return type of a deciding handler; `siblings` is the name of the sibling enum.
    pub(crate) fn of_decision(
        output: &ReturnType,
        self_ty: &Type,
        siblings: &str,
        errors: &mut Errors,
    ) -> Self {
        let ReturnType::Type(_, written) = output else {
            return Self::unit();
        };
        let ty = with_self(written, self_ty);
        let mut leaves = vec![];
        let error = match result_of(&ty) {
            Some((events, error)) => {
                peel(events, siblings, &mut leaves, errors);
                WrittenError::Named(handler_error_of(error).unwrap_or(error).clone())
            }
            None if peel(&ty, siblings, &mut leaves, errors) => WrittenError::Infallible,
            None => WrittenError::Hidden,
        };
        Self { ty, error, leaves }
    }

    /// Takes the return type of a handler that replies, or of an event or query handler.
    pub(crate) fn whole(output: &ReturnType, self_ty: Option<&Type>, errors: &mut Errors) -> Self {
        let ReturnType::Type(_, written) = output else {
            return Self::unit();
        };
        if let Type::ImplTrait(hidden) = ungrouped(written) {
            errors.push(
                hidden,
                "`impl Trait` hides what this handler returns; name the type",
            );
        }
        let ty = self_ty.map_or_else(|| (**written).clone(), |own| with_self(written, own));
        Self {
            ty,
            error: WrittenError::Hidden,
            leaves: vec![],
        }
    }

    fn unit() -> Self {
        let ty = Type::Tuple(syn::TypeTuple {
            attrs: vec![],
            paren_token: syn::token::Paren::default(),
            elems: syn::punctuated::Punctuated::new(),
        });
        Self {
            ty,
            error: WrittenError::Infallible,
            leaves: vec![],
        }
    }
}

/// Collects the leaves; false if the type may hide more than it shows.
fn peel(ty: &Type, siblings: &str, leaves: &mut Vec<Type>, errors: &mut Errors) -> bool {
    match ungrouped(ty) {
        Type::Tuple(tuple) => {
            let mut shown = true;
            for element in &tuple.elems {
                shown &= peel(element, siblings, leaves, errors);
            }
            shown
        }
        Type::Array(array) => peel(&array.elem, siblings, leaves, errors),
        Type::ImplTrait(hidden) => {
            errors.push(
                hidden,
                "`impl Trait` hides which events this handler may return; name them",
            );
            true
        }
        Type::Reference(reference) => {
            errors.push(
                reference,
                "a handler returns its events by value; remove the `&`",
            );
            true
        }
        path @ Type::Path(_) => match arguments_of(path) {
            Some((name, arguments)) if name == "Option" || name == "Vec" => match arguments[..] {
                [inner] => peel(inner, siblings, leaves, errors),
                _ => false,
            },
            Some(_) => false,
            None => {
                if last_ident(path).is_some_and(|name| name != siblings) {
                    leaves.push(path.clone());
                }
                true
            }
        },
        _ => false,
    }
}

/// `T` and `E` of a written `Result<T, E>`.
fn result_of(ty: &Type) -> Option<(&Type, &Type)> {
    let (name, arguments) = arguments_of(ungrouped(ty))?;
    match arguments[..] {
        [events, error] if name == "Result" => Some((events, error)),
        _ => None,
    }
}

/// `E` of a written `HandlerError<E>`.
fn handler_error_of(ty: &Type) -> Option<&Type> {
    let (name, arguments) = arguments_of(ungrouped(ty))?;
    match arguments[..] {
        [error] if name == "HandlerError" => Some(error),
        _ => None,
    }
}

/// The last segment's name and type arguments, if it has any.
pub(crate) fn arguments_of(ty: &Type) -> Option<(&Ident, Vec<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some((&segment.ident, types.collect()))
}
