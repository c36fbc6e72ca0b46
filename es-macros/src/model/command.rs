use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Type};

use super::output::{Output, arguments_of};
use super::signature::{self, ungrouped};
use super::{Lent, Parameter, check_function, last_ident, parameter};
use crate::attr::{CommandArguments, cfgs};
use crate::diag::Errors;
use crate::light::LightFn;

/// What a command handler sees of the aggregate, told by its signature alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// No receiver: there is no aggregate yet.
    Creates,
    /// `&self`.
    Decides,
    /// `order: Option<&Self>`.
    MayCreate,
    /// `order: &mut Root<Self>`.
    Root,
    /// `order: &mut Slot<Self>`.
    Slot,
}

impl Shape {
    /// Whether it returns events; the others apply them and return a reply.
    pub(crate) fn returns_events(self) -> bool {
        matches!(self, Self::Creates | Self::Decides | Self::MayCreate)
    }
}

/// One `#[command_handler]` method.
pub(crate) struct CommandHandler {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) shape: Shape,
    pub(crate) is_async: bool,
    pub(crate) retry: bool,
    pub(crate) command: Parameter,
    pub(crate) extractors: Vec<Parameter>,
    pub(crate) output: Output,
    /// The handler that runs instead while there is no aggregate.
    pub(crate) creator: Option<Box<CommandHandler>>,
}

/// A broken handler whose command is known: an impl that cannot run keeps every `send` of the
/// command from being reported too.
pub(crate) struct CommandStub {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) command: Type,
}

/// The type whose block a handler stands in.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) self_ty: &'a Type,
    /// The name of the aggregate's enum of events.
    pub(crate) siblings: &'a str,
    pub(crate) is_member: bool,
}

impl CommandHandler {
    /// Reads a method; after an error its stub, if the command could be told.
    pub(crate) fn read(
        method: &LightFn,
        attribute: &Attribute,
        owner: Owner<'_>,
        errors: &mut Errors,
    ) -> Result<Self, Option<Box<CommandStub>>> {
        let Owner { self_ty, siblings, .. } = owner;
        let before = errors.len();
        let arguments = CommandArguments::read(attribute, errors);
        check_function(&method.sig, errors);
        let inputs: Vec<&FnArg> = method.sig.inputs.iter().collect();
        let shape = shape(&inputs, owner, errors);
        let skipped = usize::from(shape.is_none_or(|shape| shape != Shape::Creates));
        let mut rest = inputs.into_iter().skip(skipped);
        let Some(command) = rest.next().and_then(|input| parameter(input, Some(self_ty))) else {
            if errors.len() == before {
                errors.push(
                    &method.sig.ident,
                    format!(
                        "`{}` has no command; take it as a parameter, as `cmd: C` or `cmd: &C`",
                        method.sig.ident
                    ),
                );
            }
            return Err(None);
        };
        if command.lent == Lent::Mutable {
            errors.push(&command.ty, "a command is not changed; take it as `C` or `&C`");
        }
        let shape_or = shape.unwrap_or(Shape::Decides);
        let output = if shape_or.returns_events() {
            Output::of_decision(&method.sig.output, self_ty, siblings, errors)
        } else {
            Output::of_reply(&method.sig.output, self_ty, errors)
        };
        check_arguments(&arguments, shape_or, method, errors);
        let cfgs = cfgs(&method.attrs);
        if errors.len() > before {
            return Err(Some(Box::new(CommandStub { cfgs, command: command.ty })));
        }
        Ok(Self {
            name: method.sig.ident.clone(),
            cfgs,
            shape: shape_or,
            is_async: method.sig.asyncness.is_some(),
            retry: arguments.retry.is_some(),
            extractors: rest.filter_map(|input| parameter(input, Some(self_ty))).collect(),
            command,
            output,
            creator: None,
        })
    }

    /// Itself, and the handler that runs instead while there is no aggregate.
    pub(crate) fn halves(&self) -> impl Iterator<Item = &Self> + Clone {
        std::iter::once(self).chain(self.creator.as_deref())
    }

    /// Where the handler is, for the registry.
    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }
}

/// Tells the shape by the first parameter.
fn shape(inputs: &[&FnArg], owner: Owner<'_>, errors: &mut Errors) -> Option<Shape> {
    match inputs.first()? {
        FnArg::Receiver(receiver) => match signature::receiver(receiver) {
            Some(Lent::Shared) => Some(Shape::Decides),
            Some(Lent::Mutable) => {
                errors.push(
                    receiver,
                    "a command handler cannot change the state: only events do, so that a replay \
                     gives the same state; take `&self` and return the events, or \
                     `order: &mut Root<Self>` and apply them one by one",
                );
                None
            }
            Some(Lent::Owned) | None => {
                errors.push(
                    receiver,
                    "a command handler borrows the aggregate: take `&self`, `&mut Root<Self>`, \
                     or no receiver to create it",
                );
                None
            }
        },
        FnArg::Typed(typed) => by_type(&typed.ty, owner, errors),
    }
}

fn by_type(ty: &Type, owner: Owner<'_>, errors: &mut Errors) -> Option<Shape> {
    let Owner { self_ty, is_member, .. } = owner;
    let ty = ungrouped(ty);
    let (inner, by_mutable_reference) = match ty {
        Type::Reference(reference) => (ungrouped(&reference.elem), reference.mutability.is_some()),
        other => (other, false),
    };
    let Some((name, arguments)) = arguments_of(inner) else {
        return Some(Shape::Creates);
    };
    let [argument] = arguments[..] else {
        return Some(Shape::Creates);
    };
    if name == "Option" {
        return match ungrouped(argument) {
            Type::Reference(reference) if is_own(&reference.elem, self_ty) => {
                if let Some(token) = &reference.mutability {
                    errors.push(
                        token,
                        "a command handler cannot change the state; take `Option<&Self>` and \
                         return the events, or `&mut Slot<Self>` and apply them",
                    );
                    return None;
                }
                Some(Shape::MayCreate)
            }
            _ => Some(Shape::Creates),
        };
    }
    let (shape, right) = match name.to_string().as_str() {
        "Root" | "MemberRoot" => (Shape::Root, if is_member { "MemberRoot" } else { "Root" }),
        "Slot" | "MemberSlot" => (Shape::Slot, if is_member { "MemberSlot" } else { "Slot" }),
        _ => return Some(Shape::Creates),
    };
    if name != right {
        let what = if is_member { "a member" } else { "an aggregate" };
        errors.push(ty, format!("a handler of {what} takes `&mut {right}<Self>`"));
        return None;
    }
    if !is_own(argument, self_ty) {
        errors.push(
            argument,
            format!("a handler of this block takes its own aggregate; write `&mut {name}<Self>`"),
        );
        return None;
    }
    if !by_mutable_reference {
        errors.push(ty, format!("the aggregate is lent to its handler; write `&mut {name}<Self>`"));
        return None;
    }
    Some(shape)
}

/// Whether a written type is the block's: `Self`, or the same last identifier.
fn is_own(ty: &Type, self_ty: &Type) -> bool {
    last_ident(ty).is_some_and(|name| name == "Self" || Some(name) == last_ident(self_ty))
}

fn check_arguments(
    arguments: &CommandArguments,
    shape: Shape,
    method: &LightFn,
    errors: &mut Errors,
) {
    if let Some(span) = arguments.retry
        && method.sig.asyncness.is_none()
    {
        errors.add(syn::Error::new(
            span,
            "`retry` is for `async fn` handlers: a plain `fn` has no effect outside and is always \
             decided again after a conflict; remove it",
        ));
    }
    if let Some(span) = arguments.create_if_missing
        && !matches!(shape, Shape::MayCreate | Shape::Slot)
    {
        errors.add(syn::Error::new(
            span,
            "`create_if_missing` needs a handler that sees whether the aggregate exists; take \
             `order: Option<&Self>` or `order: &mut Slot<Self>`",
        ));
    }
    if let Some(variadic) = &method.sig.variadic {
        errors.add(syn::Error::new(variadic.span(), "a handler has a fixed list of parameters"));
    }
}
