/** `/admin/v1/users`: who may sign requests to AWS_IAM routes. Thin translations onto the service. */
import { AwsError } from '@gatehouse/aws-wire';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { AdminRequest } from '../security/admin-request';
import type { Services } from '../services';
import { SERVICES } from '../tokens';
import { bodyOf, callerOf, pageRequest } from './request';
import {
  AccessKeysDocument,
  CreateUserRequest,
  NewAccessKeyDocument,
  PolicyDocument,
  UserDocument,
  UsersDocument,
} from './user-documents';

@ApiTags('users')
@ApiBearerAuth()
@Controller('admin/v1/users')
export class UsersController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({ summary: 'Users of the account, by name' })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, default 25' })
  @ApiOkResponse({ type: UsersDocument })
  list(
    @Req() request: AdminRequest,
    @Query('cursor') cursor?: string,
    @Query('limit') limit?: string,
  ): Promise<UsersDocument> {
    return this.services.users.list(callerOf(request), pageRequest(cursor, limit));
  }

  @Post()
  @ApiOperation({ summary: 'A new user, without keys and policies' })
  @ApiBody({ type: CreateUserRequest })
  @ApiCreatedResponse({ type: UserDocument })
  create(@Req() request: AdminRequest): Promise<UserDocument> {
    const { name } = bodyOf(request);
    if (typeof name !== 'string') throw AwsError.badRequest('name must be text');
    return this.services.users.create(callerOf(request), name);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One user' })
  @ApiOkResponse({ type: UserDocument })
  get(@Req() request: AdminRequest, @Param('name') name: string): Promise<UserDocument> {
    return this.services.users.get(callerOf(request), name);
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a user with its keys and policies' })
  @ApiNoContentResponse()
  delete(@Req() request: AdminRequest, @Param('name') name: string): Promise<void> {
    return this.services.users.delete(callerOf(request), name);
  }
}

@ApiTags('users')
@ApiBearerAuth()
@Controller('admin/v1/users/:name/access-keys')
export class AccessKeysController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({ summary: 'Access keys of a user, without their secrets' })
  @ApiOkResponse({ type: AccessKeysDocument })
  async list(@Req() request: AdminRequest, @Param('name') name: string): Promise<AccessKeysDocument> {
    return { items: await this.services.users.accessKeys(callerOf(request), name) };
  }

  @Post()
  @ApiOperation({ summary: 'A new access key; at most two a user' })
  @ApiCreatedResponse({ type: NewAccessKeyDocument })
  create(@Req() request: AdminRequest, @Param('name') name: string): Promise<NewAccessKeyDocument> {
    return this.services.users.createAccessKey(callerOf(request), name);
  }

  @Delete(':accessKeyId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an access key' })
  @ApiNoContentResponse()
  delete(
    @Req() request: AdminRequest,
    @Param('name') name: string,
    @Param('accessKeyId') accessKeyId: string,
  ): Promise<void> {
    return this.services.users.deleteAccessKey(callerOf(request), name, accessKeyId);
  }
}

@ApiTags('users')
@ApiBearerAuth()
@Controller('admin/v1/users/:name/policies/:policyName')
export class PoliciesController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({ summary: 'An identity policy of a user' })
  @ApiOkResponse({ type: PolicyDocument })
  get(
    @Req() request: AdminRequest,
    @Param('name') name: string,
    @Param('policyName') policyName: string,
  ): Promise<object> {
    return this.services.users.policy(callerOf(request), name, policyName);
  }

  @Put()
  @HttpCode(204)
  @ApiOperation({ summary: 'Write an identity policy; at most ten a user' })
  @ApiBody({ type: PolicyDocument })
  @ApiNoContentResponse()
  put(
    @Req() request: AdminRequest,
    @Param('name') name: string,
    @Param('policyName') policyName: string,
  ): Promise<void> {
    return this.services.users.putPolicy(callerOf(request), name, policyName, bodyOf(request));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an identity policy' })
  @ApiNoContentResponse()
  delete(
    @Req() request: AdminRequest,
    @Param('name') name: string,
    @Param('policyName') policyName: string,
  ): Promise<void> {
    return this.services.users.deletePolicy(callerOf(request), name, policyName);
  }
}
