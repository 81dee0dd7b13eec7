import * as commander from 'commander';
import type * as typed from '@commander-js/extra-typings';

/* eslint-disable @typescript-eslint/no-unnecessary-type-assertion -- the two sets of types are mutually assignable, but only extra-typings' infer */
/** Commander's classes with the types that infer options and arguments from the chain of calls. */
export const Command = commander.Command as typeof typed.Command;
export const Option = commander.Option as typeof typed.Option;
export const Argument = commander.Argument as typeof typed.Argument;
/* eslint-enable @typescript-eslint/no-unnecessary-type-assertion */
export type Command = typed.Command;
export const { CommanderError, InvalidArgumentError } = commander;
