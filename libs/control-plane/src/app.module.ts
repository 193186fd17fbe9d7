/** The Nest application: two surfaces over one set of services, one guard, one filter. Everything is passed in. */
import type { Logger } from '@gatehouse/platform';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AwsController } from './aws/aws.controller';
import type { AwsSurface } from './aws/dispatch';
import { PriceBookController, StatementsController } from './native/billing.controller';
import { NodesController, StagesController } from './native/native.controllers';
import { NodeReportsController } from './native/node-reports.controller';
import { OpenApiController, OpenApiDocument } from './native/openapi.controller';
import { UsageController } from './native/usage.controller';
import { AccessKeysController, PoliciesController, UsersController } from './native/users.controller';
import type { AdminGuard } from './security/admin-guard';
import { FaultFilter } from './security/fault-filter';
import type { Services } from './services';
import { AWS_SURFACE, LOGGER, SERVICES } from './tokens';

export interface AppParts {
  readonly services: Services;
  readonly surface: AwsSurface;
  readonly guard: AdminGuard;
  readonly logger: Logger;
}

export class AppModule {
  /** The catch-all controller comes last, so that native routes are found first. */
  static of({ services, surface, guard, logger }: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        NodesController,
        StagesController,
        UsersController,
        AccessKeysController,
        PoliciesController,
        UsageController,
        PriceBookController,
        StatementsController,
        NodeReportsController,
        OpenApiController,
        AwsController,
      ],
      providers: [
        { provide: APP_GUARD, useValue: guard },
        { provide: APP_FILTER, useValue: new FaultFilter(logger) },
        { provide: SERVICES, useValue: services },
        { provide: AWS_SURFACE, useValue: surface },
        { provide: LOGGER, useValue: logger },
        OpenApiDocument,
      ],
    };
  }
}
