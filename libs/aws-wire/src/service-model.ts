// The form of an AWS service model as data: what tools/gen writes and everything else in this lib reads.

export type ServiceName = 'apigateway' | 'apigatewayv2' | 'apigatewaymanagementapi' | 'lambda';

/** Verb, path and shapes of one operation; `uri` may end in a fixed query, e.g. `/restapis?mode=import`. */
export interface OperationSpec {
  readonly method: string;
  readonly uri: string;
  /** Status of a successful answer. */
  readonly status: number;
  readonly input: string;
  readonly output?: string;
  readonly errors: readonly string[];
}

/** A member of a structure; without `in` it is part of the JSON body, without `wire` it keeps its name there. */
export interface MemberSpec {
  readonly shape: string;
  readonly wire?: string;
  readonly in?: string;
  readonly enum?: readonly string[];
}

export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, MemberSpec>>;
  readonly required?: readonly string[];
  /** The member that is the whole body. */
  readonly payload?: string;
  readonly error?: { readonly httpStatusCode?: number };
}

export interface ListShape {
  readonly type: 'list';
  readonly member: string;
}

export interface MapShape {
  readonly type: 'map';
  readonly key: string;
  readonly value: string;
}

export interface StringShape {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

export interface NumberShape {
  readonly type: 'integer' | 'long' | 'double';
  readonly min?: number;
  readonly max?: number;
}

export interface TimestampShape {
  readonly type: 'timestamp';
  readonly timestampFormat?: string;
}

export interface BooleanShape {
  readonly type: 'boolean';
}

/** Raw bytes: the payload of its structure, or base64 in the JSON body. */
export interface BlobShape {
  readonly type: 'blob';
  readonly min?: number;
  readonly max?: number;
}

export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | TimestampShape
  | BooleanShape
  | BlobShape;

export interface ServiceModel {
  readonly service: ServiceName;
  readonly operations: Readonly<Record<string, OperationSpec>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}
