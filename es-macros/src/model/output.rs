use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

use super::signature::ungrouped;
use super::{last_ident, with_self};
use crate::diag::Errors;

/// A handler's return type as it is written.
///
/// What runs is decided by the type (`Decision`, `Returned`), so aliases work. Peeling the written
/// type only serves the messages: each leaf is an event, and a missing event-sourcing handler is
/// one error at the token that names it.
pub(crate) struct Output {
    /// The whole type; `()` if there is none.
    pub(crate) ty: Type,
    /// What the written type gives away.
    pub(crate) written: Written,
    /// The events that the type names, without the sibling enum.
    pub(crate) leaves: Vec<Type>,
    /// Whether every error is in `Recorded`, as written.
    pub(crate) is_recorded: bool,
}

/// How much a written type tells.
pub(crate) enum Written {
    /// There is no `Result`, nor anything that could be an alias of one.
    Plain,
    /// `Result<ok, error>`, the error maybe in `HandlerError<_>` or `Recorded<_>`.
    Result { ok: Box<Type>, error: Box<Type> },
    /// An alias: only the compiler knows.
    Hidden,
}

impl Written {
    fn of(ty: &Type) -> Option<Self> {
        let (name, arguments) = arguments_of(ungrouped(ty))?;
        match arguments[..] {
            [ok, error] if name == "Result" => Some(Self::Result {
                ok: Box::new(ok.clone()),
                error: Box::new(wrapped_error(error).unwrap_or(error).clone()),
            }),
            _ => None,
        }
    }
}

impl Output {
    /// Reads the return type of a deciding handler; `siblings` is the name of the sibling enum.
    pub(crate) fn of_decision(
        output: &ReturnType,
        self_ty: &Type,
        siblings: &str,
        errors: &mut Errors,
    ) -> Self {
        let ReturnType::Type(_, written) = output else { return Self::unit() };
        let ty = with_self(written, self_ty);
        let mut leaves = vec![];
        let is_recorded = is_recorded(&ty);
        let written = match Written::of(&ty) {
            Some(Written::Result { ok, error }) => {
                if is_recorded {
                    errors.push(
                        &ty,
                        "`Recorded` keeps what a handler applied, and this one applies nothing; \
                         take `order: &mut Root<Self>`, apply the events, and return the error",
                    );
                }
                peel(&ok, siblings, &mut leaves, errors);
                Written::Result { ok, error }
            }
            _ if peel(&ty, siblings, &mut leaves, errors) => Written::Plain,
            _ => Written::Hidden,
        };
        Self { ty, written, leaves, is_recorded }
    }

    /// Reads the return type of a handler that applies its events and replies.
    pub(crate) fn of_reply(output: &ReturnType, self_ty: &Type, errors: &mut Errors) -> Self {
        let read = Self::whole(output, Some(self_ty), errors);
        if matches!(read.written, Written::Hidden) && !may_be_alias(&read.ty) {
            let shown = spaced(&read.ty);
            errors.push(
                &read.ty,
                format!(
                    "a handler on `Root` or `Slot` returns `Result<Reply, Error>` or nothing, not \
                     `{shown}`; if it is an event, hand it to `apply` and return nothing; if it \
                     is a reply, write `Result<{shown}, Infallible>`"
                ),
            );
        }
        read
    }

    /// Takes a return type as a whole.
    pub(crate) fn whole(output: &ReturnType, self_ty: Option<&Type>, errors: &mut Errors) -> Self {
        let ReturnType::Type(_, written) = output else { return Self::unit() };
        let ty = self_ty.map_or_else(|| (**written).clone(), |own| with_self(written, own));
        let written = match ungrouped(&ty) {
            Type::Tuple(unit) if unit.elems.is_empty() => Written::Plain,
            Type::ImplTrait(hidden) => {
                errors.push(hidden, "`impl Trait` hides what this handler returns; name the type");
                Written::Plain
            }
            ty => Written::of(ty).unwrap_or(Written::Hidden),
        };
        let is_recorded = is_recorded(&ty);
        Self { ty, written, leaves: vec![], is_recorded }
    }

    fn unit() -> Self {
        let ty = Type::Tuple(syn::TypeTuple {
            attrs: vec![],
            paren_token: syn::token::Paren::default(),
            elems: syn::punctuated::Punctuated::new(),
        });
        Self { ty, written: Written::Plain, leaves: vec![], is_recorded: false }
    }
}

/// What a set of events may be made of.
pub(crate) const SETS: [&str; 2] = ["Option", "Vec"];

/// What hands a value on as it is.
pub(crate) const HOLDERS: [&str; 11] = [
    "Arc", "BTreeMap", "BTreeSet", "Box", "Cow", "HashMap", "HashSet", "Option", "Rc", "Vec",
    "VecDeque",
];

/// The types in tuples, arrays and `holders`; an alias stands for what it hides.
pub(crate) fn leaves<'a>(ty: &'a Type, holders: &[&str]) -> Vec<&'a Type> {
    let inside = |ty| leaves(ty, holders);
    match ungrouped(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(inside).collect(),
        Type::Array(array) => inside(&array.elem),
        ty => match arguments_of(ty) {
            Some((name, arguments)) if holders.iter().any(|holder| name == holder) => {
                arguments.into_iter().flat_map(inside).collect()
            }
            _ => vec![ty],
        },
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
            errors
                .push(hidden, "`impl Trait` hides which events this handler may return; name them");
            true
        }
        Type::Reference(reference) => {
            errors.push(reference, "a handler returns its events by value; remove the `&`");
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

/// `E` of a written `HandlerError<E>` or `Recorded<E>`.
fn wrapped_error(ty: &Type) -> Option<&Type> {
    let (name, arguments) = arguments_of(ungrouped(ty))?;
    match arguments[..] {
        [error] if name == "HandlerError" || name == "Recorded" => Some(error),
        _ => None,
    }
}

/// Whether a written `Result` refuses with `Recorded<_>`.
fn is_recorded(ty: &Type) -> bool {
    let error = arguments_of(ungrouped(ty)).and_then(|(_, arguments)| arguments.get(1).copied());
    error
        .and_then(|error| arguments_of(ungrouped(error)))
        .is_some_and(|(name, _)| name == "Recorded")
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

/// Whether a type may be an alias of `Result`: only one with parameters is taken for it.
pub(super) fn may_be_alias(ty: &Type) -> bool {
    arguments_of(ungrouped(ty)).is_some_and(|(name, _)| name != "Option" && name != "Vec")
}

/// A type as people write it.
pub(crate) fn spaced(ty: &Type) -> String {
    let text = quote::quote!(#ty).to_string();
    text.replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
}
