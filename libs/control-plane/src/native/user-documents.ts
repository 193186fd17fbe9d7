/** The shapes of users, as the OpenAPI document describes them. Times are ISO 8601 texts. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CreateUserRequest {
  @ApiProperty({ description: '1 to 64 letters, digits and _+=,.@-' })
  name!: string;
}

export class UserDocument {
  @ApiProperty()
  userId!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ example: 'arn:aws:iam::000000000000:user/ann' })
  arn!: string;
  @ApiProperty()
  createdAt!: string;
  @ApiProperty({ type: [String], description: 'names of the identity policies' })
  policies!: readonly string[];
}

export class UsersDocument {
  @ApiProperty({ type: [UserDocument] })
  items!: readonly UserDocument[];
  @ApiPropertyOptional({ description: 'cursor of the next page' })
  next?: string;
}

export class AccessKeyDocument {
  @ApiProperty()
  accessKeyId!: string;
  @ApiProperty()
  createdAt!: string;
}

export class NewAccessKeyDocument extends AccessKeyDocument {
  @ApiProperty({ description: 'told here and never again' })
  secretAccessKey!: string;
}

export class AccessKeysDocument {
  @ApiProperty({ type: [AccessKeyDocument] })
  items!: readonly AccessKeyDocument[];
}

export class PolicyDocument {
  @ApiPropertyOptional({ enum: ['2012-10-17', '2008-10-17'] })
  Version?: string;
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'statements in the IAM policy language',
  })
  Statement!: object[];
}
